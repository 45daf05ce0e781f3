"""The course model: what a course of values is made of, as columns of a linear model on a grid of time constants.

    value(t) = level + trend t + A g(t) + season(t) + shed(t) + steps at events + noise

`g` is the response to treatment: it rises after a lag towards 1 while treatment goes on, and after it stops a share
`1 - retained` of what was reached decays. Everything but the four shapes (lag, rise, decay, retained) is linear.

Values are in points: a hundredth of the full scale (coverage), or of the largest value (counts). Time is in weeks from
the first session. Priors are those of the field's literature: minoxidil is at its plateau by 16 weeks (Olsen 2007) or
still rises after 24 (Hoffmann 2005); it is gone 24 weeks after stopping (Price 1999); microneedling lasts from nothing
to 8 months (Dhurat 2013); untreated hair loses 0 to 5 % a year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity.progress.kinds import tilt
from hairdensity.progress.sessions import Session
from hairdensity.progress.timeline import Drive, drives_of, events_of
from hairdensity.treatments import Treatments

Floats = NDArray[np.float64]

YEAR: Final = 365.25 / 7
"""Weeks."""

RISES: Final = (
    (1.0, 3.0, 1.0), (2.0, 7.0, 1.0), (2.0, 14.0, 1.0), (4.0, 28.0, 1.0),
    (2.0, 5.0, 2.0), (2.0, 9.0, 2.0), (4.0, 15.0, 2.0), (8.0, 4.0, 2.0), (11.0, 7.0, 2.0),
    (5.0, 2.0, 2.0), (9.0, 2.0, 2.0),
)  # fmt: skip
"""Weeks of lag, weeks of the time constant, and how late it bends: half of the gain is there after 3 to 24 weeks."""
RISE_PRIOR: Final = (0.05, 0.12, 0.1, 0.06, 0.14, 0.14, 0.07, 0.12, 0.08, 0.06, 0.06)
DECAYS: Final = ((0.0, 5.0), (0.0, 12.0), (0.0, 28.0), (6.0, 5.0), (7.0, 12.0), (13.0, 7.0), (4.0, 60.0))
"""Weeks after stopping until it begins to go, and weeks in which it then falls to 1/e."""
DECAY_PRIOR: Final = (0.19, 0.23, 0.08, 0.18, 0.15, 0.12, 0.05)
RETAINED: Final = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0)
RETAINED_PRIOR: Final = (0.24, 0.13, 0.08, 0.04, 0.02, 0.04, 0.09, 0.13, 0.23)

MOST: Final = 0.5
"""Share of the gain that parts temporary from sustained."""

GAIN_SD: Final = 12.0
LEAST_REACHED: Final = 0.15
REACH_STEPS: Final = 60
TRENDS: Final = ((-0.8, 1.0, 0.8), (-5.0, 2.5, 0.2))
"""Mean, standard deviation (points a year) and probability: untreated hair loses 0 to 5 % a year, some lose faster."""
SEASON_SD: Final = 1.0
SEASON_OFF_SD: Final = 0.5
"""Points: along the yearly wave whose turning point is in autumn, as Randall and Ebling (1991) and Kunz (2009) found it
(the sign is free, for the southern half of the world), and along the one a quarter of a year off."""
TURN_WEEK: Final = 41.0
"""Week of the year in which that wave turns."""
SHED_SD: Final = 1.0
STEP_SD: Final = 5.0
LEVEL_SD: Final = 50.0
CHANGE_SD: Final = 6.0
CHANGE_WEEKS: Final = 4.0
MOST_CHANGES: Final = 200
P_EFFECT: Final = 0.5
P_CHANGE: Final = 0.04
"""Probability of a lasting change that nobody wrote down: 3 to 15 points are found after a new lamp or phone."""
REGROWTH_WEEKS: Final = 6.0
CUT: Final = (-3.0, 3.0)
"""After a haircut hair covers less until it has grown again: 0.35 mm a day, so 15 mm in 6 weeks. Mean and standard
deviation of what is gone at first, points: it may also cover more, where a cut shows the scalp less."""
HAIRCUT_STAYS: Final = 0.1
"""Of a haircut's step, what may stay: another length from then on."""


UNTREATED_TRENDS: Final = ((-0.8, 1.0, 0.5), (0.0, 6.0, 0.3), (0.0, 30.0, 0.2))
"""Without any treatment written down there may be a disease, or a treatment that nobody wrote down."""
WANDER_SD: Final = 12.0
P_WANDER: Final = 0.15
"""Probability that an untreated course goes up and down, as patchy hair loss does."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The series as the model sees it.

    Parameters
    ----------
    first : date
        Day of the first session: week 0.
    unit : float
        Size of one point in the unit of the table.
    weeks, points, spread : NDArray of float64, shape (sessions,)
        Time, value in points above `zero`, and relative standard deviation of the noise.
    zero : float
        Points that were taken off the values.
    drives : tuple of Drive
        Treatments whose effect can be seen in the series.
    background : tuple of str
        Names of treatments that went on all the time.
    steps, haircuts : tuple of float
        Weeks of events within the series.
    stated_noise : float or None
        Standard deviation between sessions as the table states it, in points.
    repeats : tuple of (float, int)
        Variance between photos of one day, in points squared, pooled over the days with several, and its degrees of
        freedom; (0, 0) where there are none.
    more_steps : tuple of float
        Weeks of further steps, which have no size of their own in the model.
    """

    first: date
    unit: float
    weeks: Floats
    points: Floats
    spread: Floats
    zero: float
    drives: tuple[Drive, ...]
    background: tuple[str, ...]
    steps: tuple[float, ...]
    haircuts: tuple[float, ...]
    stated_noise: float | None
    repeats: tuple[float, int] = (0.0, 0)
    more_steps: tuple[float, ...] = ()

    @property
    def end(self) -> float:
        """Week of the last session."""
        return float(self.weeks[-1])

    @property
    def start(self) -> float:
        """Week in which treatment began; infinite without treatment."""
        return min((drive.start for drive in self.drives), default=np.inf)

    @property
    def began(self) -> float:
        """The same of treatment that had not stopped before the first session, where there is any."""
        return min((drive.start for drive in self.drives if drive.stop >= 0), default=self.start)

    @property
    def stop(self) -> float:
        """Week in which all treatment had stopped; infinite where it goes on."""
        return max((drive.stop for drive in self.drives), default=np.inf)

    @property
    def worked(self) -> float:
        """Week until which treatment worked: that in which it stopped, and later where sessions still worked then."""
        return max((drive.on[-1][1] for drive in self.drives), default=np.inf)


@dataclass(frozen=True, slots=True)
class Shapes:
    """A grid of shapes of the response.

    Parameters
    ----------
    lag, rise, order, off, decay, retained : NDArray of float64, shape (shapes,)
        Weeks, weeks, number, weeks, weeks, share.
    log_prior : NDArray of float64, shape (shapes,)
        Logarithm of the prior probability of each.
    """

    lag: Floats
    rise: Floats
    order: Floats
    off: Floats
    decay: Floats
    retained: Floats
    log_prior: Floats

    def at(self, index: NDArray[np.int64]) -> "Shapes":
        """Return the chosen shapes."""
        return Shapes(
            self.lag[index], self.rise[index], self.order[index], self.off[index], self.decay[index],
            self.retained[index], self.log_prior[index],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prior:
    """How strongly the parts of a course are expected; checks vary it."""

    gain_sd: float = GAIN_SD
    trends: tuple[tuple[float, float, float], ...] = TRENDS
    season_sd: float = SEASON_SD
    shed_sd: float = SHED_SD
    step_sd: float = STEP_SD
    change_sd: float = CHANGE_SD
    p_effect: float = P_EFFECT
    p_change: float = P_CHANGE
    p_wander: float = 0.0


UNTREATED: Final = Prior(trends=UNTREATED_TRENDS, p_change=0.1, p_wander=P_WANDER)


def setting_of(sessions: Sequence[Session], treatments: Treatments) -> Setting:
    """Lay a series and its treatments on one time axis.

    Parameters
    ----------
    sessions : sequence of Session
        By date, at least one.
    treatments : Treatments
        As read.
    """
    first = sessions[0].date
    weeks = np.array([(session.date - first).days / 7 for session in sessions])
    values = np.array([session.value for session in sessions])
    unit = point_size(values)
    zero = float(np.median(values)) / unit
    end = float(weeks[-1])
    drives, background = drives_of(treatments.courses, first, end)
    noise = [session.noise for session in sessions if session.noise is not None]
    steps, haircuts, more_steps = events_of(treatments.events, first, end)
    return Setting(
        first,
        unit,
        weeks,
        values / unit - zero,
        np.array([session.spread for session in sessions]),
        zero,
        drives,
        background,
        steps,
        haircuts,
        float(np.median(noise)) / unit if noise else None,
        _repeats(sessions, unit),
        more_steps,
    )


def _repeats(sessions: Sequence[Session], unit: float) -> tuple[float, int]:
    known = [(one.repeat_sd / unit, len(one.photos) - 1) for one in sessions if one.repeat_sd is not None]
    degrees = sum(count for _, count in known)
    return (sum(count * sd**2 for sd, count in known) / degrees, degrees) if degrees else (0.0, 0)


def point_size(values: Floats) -> float:
    """Return one point in the unit of the values: a hundredth of full scale, which is 1, 100, or the largest value."""
    most = float(np.max(np.abs(values), initial=0.0))
    if most <= 1.0:
        return 0.01
    if 5.0 <= most <= 100.0:
        return 1.0
    return most / 100


def shapes_for(setting: Setting) -> Shapes:
    """Return the grid: all shapes where treatment stopped or paused, the rises only where it never did."""
    pauses = any(end < setting.end for drive in setting.drives for _, end in drive.on)
    stopped = setting.stop < setting.end or pauses
    axes = [np.arange(len(RISES))]
    axes += [np.arange(len(DECAYS)), np.arange(len(RETAINED))] if stopped else [np.arange(1), np.arange(1)]
    rise, decay, retained = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    rises, decays, shares = np.array(RISES), np.array(DECAYS), np.array(RETAINED)
    half_rise = rises[:, 0] - rises[:, 1] * np.log1p(-(0.5 ** (1 / rises[:, 2])))
    half_loss = decays[:, 0] + decays[:, 1] * np.log(2)
    kinds = tuple(drive.kind for drive in setting.drives) or ("other",)
    tilts = tilt(kinds, half_rise, half_loss, shares >= MOST)
    prior = (np.array(RISE_PRIOR) * tilts[0])[rise]
    if stopped:
        prior = prior * (np.array(DECAY_PRIOR) * tilts[1])[decay] * (np.array(RETAINED_PRIOR) * tilts[2])[retained]
    return Shapes(
        rises[rise, 0], rises[rise, 1], rises[rise, 2], decays[decay, 0], decays[decay, 1], shares[retained],
        np.log(prior / prior.sum()),
    )  # fmt: skip


def response(drive: Drive, shapes: Shapes, weeks: Floats) -> Floats:
    """Return the response to one treatment, 0..1.

    Parameters
    ----------
    drive : Drive
        When it was at work.
    shapes : Shapes
        The shapes.
    weeks : NDArray of float64, shape (times,)
        Any times.

    Returns
    -------
    NDArray of float64, shape (shapes, times)

    Notes
    -----
    Two pools fill alike, a lag after treatment begins, as (1 - exp(-t / rise))^order. One keeps what it has, the other
    loses it with the decay's time constant once treatment has been off for `off` weeks; when treatment begins again,
    each goes on from where it is. The response is their mean, weighted by the share retained. All is exact, since
    nothing but exponentials lies between two changes of the drive.
    """
    lag, rise, order = shapes.lag[:, None], shapes.rise[:, None], shapes.order[:, None]
    off, decay = shapes.off[:, None], shapes.decay[:, None]

    def level(time: Floats) -> Floats:
        return np.asarray((1 - np.exp(-time / rise)) ** order)

    kept, lost = np.zeros((len(lag), len(weeks))), np.zeros((len(lag), len(weeks)))
    kept_age, lost_age = np.zeros_like(lag), np.zeros_like(lag)
    for index, (begin, end) in enumerate(drive.on):
        until = drive.on[index + 1][0] + lag if index + 1 < len(drive.on) else np.inf
        rises_for = np.clip(weeks[None, :] - begin - lag, 0.0, end - begin)
        fall_from = end + np.maximum(lag, off)
        falls_for = np.clip(weeks[None, :] - fall_from, 0.0, np.inf)
        here = (weeks[None, :] >= begin + lag) & (weeks[None, :] < until)
        kept = np.where(here, level(kept_age + rises_for), kept)
        lost = np.where(here, level(lost_age + rises_for) * np.exp(-falls_for / decay), lost)
        if index + 1 < len(drive.on):
            left = level(lost_age + end - begin) * np.exp(-np.clip(until - fall_from, 0.0, np.inf) / decay)
            kept_age = kept_age + end - begin
            lost_age = -rise * np.log1p(-np.minimum(left ** (1 / order), 1 - 1e-12))
    share = shapes.retained[:, None]
    return np.asarray(share * kept + (1 - share) * lost)


def gain_response(setting: Setting, drive: Drive, shapes: Shapes, weeks: Floats) -> Floats:
    """Return the response to one treatment over its peak within the series; shape (shapes, times).

    Its coefficient is the gain at the peak, and the prior of the gain is one of what was reached: a slow response is no
    less likely because it would end far higher. Where hardly anything had begun at the end, the peak counts as
    `LEAST_REACHED`.
    """
    grid = np.linspace(min(max(drive.start, 0.0), setting.end), setting.end, REACH_STEPS)
    peak = response(drive, shapes, grid).max(axis=1)
    return np.asarray(response(drive, shapes, weeks) / np.maximum(peak, LEAST_REACHED)[:, None])


def nuisance_columns(setting: Setting, weeks: Floats) -> Floats:
    """Return the columns that are no effect, at any times: level, trend (points a year), season (two), events.

    Returns
    -------
    NDArray of float64, shape (times, columns)
    """
    middle = setting.end / 2
    year = setting.first.timetuple().tm_yday / 7 + weeks
    angle = 2 * np.pi * (year - TURN_WEEK) / YEAR
    columns = [np.ones_like(weeks), (weeks - middle) / YEAR, np.cos(angle), np.sin(angle)]
    columns += [(weeks >= week).astype(np.float64) for week in setting.steps]
    for week in setting.haircuts:
        since = np.clip(weeks - week, 0.0, None)
        after = (weeks >= week).astype(np.float64)
        columns += [after, after * np.exp(-since / REGROWTH_WEEKS)]
    return np.stack(columns, axis=1)


def nuisance_prior(setting: Setting, prior: Prior, trend: int = 0) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of the coefficients of `nuisance_columns`.

    Parameters
    ----------
    setting : Setting
        The series.
    prior : Prior
        Strengths.
    trend : int
        Which of the prior's trends.
    """
    cuts = len(setting.haircuts)
    mean = [0.0, prior.trends[trend][0], 0.0, 0.0, *[0.0] * len(setting.steps), *[0.0, CUT[0]] * cuts]
    sd = [LEVEL_SD, prior.trends[trend][1], prior.season_sd, prior.season_sd * SEASON_OFF_SD / SEASON_SD]
    sd += [*[prior.step_sd] * len(setting.steps), *[prior.step_sd * HAIRCUT_STAYS, CUT[1]] * cuts]
    return np.array(mean), np.array(sd)


def shed(setting: Setting, weeks: Floats) -> Floats:
    """Return the early shed, 1 at its deepest: hairs that were about to fall do so soon after treatment begins."""
    since = weeks - setting.start
    return np.asarray(np.where(since > 0, np.exp(-(((since - 5.0) / 3.0) ** 2)), 0.0))


def changes(setting: Setting) -> Floats:
    """Return the weeks in which an unrecorded change may have happened: between any two sessions but the outermost.

    Of more than `MOST_CHANGES` every so many are looked at: between sessions that are so many, a change is as well
    seen at its neighbour, since it takes weeks.
    """
    weeks = setting.weeks
    if len(weeks) <= 3:
        return np.asarray((weeks[:1] + weeks[-1:]) / 2)
    between = (weeks[1:-2] + weeks[2:-1]) / 2
    return np.asarray(between[:: -(-len(between) // MOST_CHANGES)])


def change(weeks: Floats, at: Floats) -> Floats:
    """Return a lasting change of one point, smooth over about a month; shape (changes, times)."""
    return np.asarray(1 / (1 + np.exp(-np.clip((weeks[None, :] - at[:, None]) / CHANGE_WEEKS * 4, -50, 50))))


def wander(setting: Setting, weeks: Floats) -> Floats:
    """Return three smooth curves that go up and down, none of them a level or a trend; shape (times, 3)."""
    from numpy.polynomial.legendre import legval

    x = 2 * weeks / setting.end - 1
    return np.stack([legval(x, np.eye(5)[degree]) for degree in (2, 3, 4)], axis=1)


def day_of(setting: Setting, week: float) -> date | None:
    """Return the day of a week of the series; None where there is none in the calendar."""
    if not np.isfinite(week):
        return None
    try:
        return setting.first + timedelta(days=round(week * 7))
    except OverflowError:
        return None
