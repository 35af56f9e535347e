# One image for web, worker and beat. Built without any secret: settings come from the environment at start.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /venv && /venv/bin/pip install --no-deps --require-hashes --requirement /tmp/requirements.lock

FROM python:3.11-slim
RUN useradd --system --create-home --uid 10001 portal
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=ti_portal.settings.production
COPY --from=build /venv /venv
WORKDIR /srv/portal
COPY . .
RUN DJANGO_SETTINGS_MODULE=ti_portal.settings.build python manage.py collectstatic --noinput \
    && mkdir -p var/media && chown -R portal: staticfiles var
USER portal
EXPOSE 8000
# Connections kept open by the people of a live room, nginx or not.
ENV GRANIAN_BACKLOG=4096
HEALTHCHECK --interval=15s --timeout=4s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/sante')"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "ti_portal.wsgi:application"]
