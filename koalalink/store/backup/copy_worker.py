"""What a process of its own does: it copies a store to the path that it is given, unless another process does.

Nothing imports this but that process: it is named in `background`, which starts it.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from koalalink.atomic_files import Disk, IfThere
from koalalink.errors import KoalaError
from koalalink.store.backup.copy_mark import holding, mark_of
from koalalink.store.backup.daily import thin_out
from koalalink.store.backup.snapshot import back_up

BEGUN = b"begun"
"""What it writes once the moment is fixed of which its copy is, or it has found that another process makes it."""


def main() -> None:
    """Copy the store that is named first to the path that is named second."""
    store, target = map(Path, sys.argv[1:])
    with holding(target) as is_ours:
        if not is_ours:
            _tell()
            return
        try:
            back_up(store, target, Disk(), quickly=True, begun=_tell)
        except KoalaError:  # the mark stays, and the next command makes the copy itself
            return
    mark_of(target).unlink(missing_ok=True)
    thin_out(store, target)


def main_of_shared() -> None:
    """Copy the shared store whose URL is read from stdin to the path that is named."""
    from koalalink.domain.settings.store_url import Address  # noqa: PLC0415 - with the library of PostgreSQL, which
    from koalalink.store.postgres.copying import back_up_shared  # noqa: PLC0415 - few have

    [target] = map(Path, sys.argv[1:])
    url = sys.stdin.read()
    with holding(target) as is_ours:
        if not is_ours:
            return
        with suppress(KoalaError):  # the copy stays as it is, and shows how old that is
            back_up_shared(Address(url, origin="The URL of the shared store"), target, Disk(), IfThere.REPLACE)
    mark_of(target).unlink(missing_ok=True)


def _tell() -> None:
    os.write(1, BEGUN)
    os.close(1)
