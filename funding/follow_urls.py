"""Addresses of follows. Included by `funding.urls`, in its namespace."""

from django.urls import path

from funding.views import follow, subscribers

FOLLOWED = (
    ("call", "appel/<slug:slug>/<slug:call>"),
    ("scheme", "aide/<slug:slug>"),
    ("place", "lieu/<slug:code>"),
    ("check", "test/<slug:token>"),
)

urlpatterns = [
    *(
        path(f"suivre/{where}/", follow.FollowView.as_view(kind=kind), name=f"follow_{kind}")
        for kind, where in FOLLOWED
    ),
    *(
        path(f"suivre/{where}/par-courriel/", follow.AskView.as_view(kind=kind), name=f"ask_{kind}")
        for kind, where in FOLLOWED
    ),
    path("suivre/confirmer/<str:token>/", follow.ConfirmFollowView.as_view(), name="confirm_follow"),
    path("suivis/adresse/<str:token>/", subscribers.ConfirmAddressView.as_view(), name="confirm_address"),
    path("mon-espace/suivis/", subscribers.MyFollowsView.as_view(), name="my_follows"),
    path("suivis/<slug:token>/", subscribers.PreferencesView.as_view(), name="preferences"),
    path("suivis/<slug:token>/adresse/", subscribers.NewAddressView.as_view(), name="new_address"),
    path("suivis/<slug:token>/desinscription/", subscribers.UnsubscribeView.as_view(), name="unsubscribe"),
    path("suivis/<slug:token>/reprendre/", subscribers.ResumeView.as_view(), name="resume"),
    path("suivis/<slug:token>/effacer/", subscribers.ForgetView.as_view(), name="forget"),
    path("suivis/<slug:token>/<int:follow>/retirer/", subscribers.UnfollowView.as_view(), name="unfollow"),
    path(
        "suivis/<slug:token>/<int:follow>/confirmer/", subscribers.ConfirmPendingView.as_view(), name="confirm_pending"
    ),
]
