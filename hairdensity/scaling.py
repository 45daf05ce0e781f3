"""Scaling: the tasks of a run for any engine that can call a function, such as Ray or Spark; see docs/scaling.md.

What the tasks write is found by the run that follows, `hairdensity analyze` with the same folders, which then only
arranges what is there.
"""

from pathlib import Path

from hairdensity.address import folder_at
from hairdensity.files import OutPaths
from hairdensity.find import find_photos
from hairdensity.keep import Keeper
from hairdensity.regions import of_photos, read_regions
from hairdensity.settings import Settings
from hairdensity.tasks import ObserveTask, observe_task, run_observe

__all__ = ["observe_tasks", "run_observe"]


def observe_tasks(photos: Path | str, out: Path | str, settings: Settings | None = None) -> list[ObserveTask]:
    """Return a task for each photo of a folder; `run_observe` does one and writes what it found below `out`.

    Parameters
    ----------
    photos, out : Path or str
        Folders that every worker sees under the same path.
    settings : Settings, optional
        How to measure; the run that follows must have the same.

    Raises
    ------
    HairdensityError
        If the folder or one of its tables cannot be used.
    """
    folder, paths = folder_at(photos).resolve(), OutPaths(Path(out).resolve())
    listed = folder / "regions.json"
    keeper, chosen = Keeper(paths.cache), settings or Settings()
    found = find_photos(folder, leave_out=paths.root).photos
    drawn = of_photos(read_regions(listed), (photo.name for photo in found)) if listed.is_file() else {}
    return [observe_task(photo, drawn, chosen, keeper) for photo in found]
