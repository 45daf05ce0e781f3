"""Belief: the models of a course weighed by their evidence, and what they say together, as draws of equal weight."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity.progress.design import Columns, columns_of, no_effect, with_change, with_effect, with_wander
from hairdensity.progress.model import MOST, RETAINED, UNTREATED, YEAR, Floats, Prior, Setting, Shapes, shapes_for
from hairdensity.progress.posterior import Draws, Fit, Start, draw, fit, start_of

DRAWS: Final = 3000
CURVE_STEPS: Final = 100
GOLDEN: Final = 0.6180339887498949
MATTERS: Final = 2.0
"""Points: a smaller gain is no gain that would matter."""
FALLS_A_YEAR: Final = 2.5
FALLS: Final = 2.5
"""Points a year, and points over the series: less is within what untreated hair and seasons do."""
BACK: Final = 0.15
"""Share of the gain below which the course counts as back at the untreated one, if it is more than a point."""
WANDERS: Final = 6.0
"""Points: a course that goes up and down by less is level."""
STRAIGHT, STEP, SMOOTH = 0, 1, 2
MOST_LIKELY: Final = 100
"""So many shapes, the likeliest, are asked again by checks."""
CAMERA_STEP: Final = 15.0
"""Points: a new lamp or phone has been seen to move coverage by so much, but hardly by more."""


@dataclass(frozen=True, slots=True)
class Curves:
    """The fitted course in points above `Setting.zero`.

    Parameters
    ----------
    weeks : NDArray of float64, shape (times,)
        From the first session to the last.
    mean, low, high, untreated : NDArray of float64, shape (times,)
        Course, its 95 % band, and what is expected without treatment.
    """

    weeks: Floats
    mean: Floats
    low: Floats
    high: Floats
    untreated: Floats


NO_CURVES: Final = Curves(*[np.empty(0)] * 5)


@dataclass(frozen=True, slots=True)
class Belief:
    """What the data say, before any rule.

    Parameters
    ----------
    p_gain : float
        Probability of a gain that matters.
    p_lost : float
        Probability that most of it is gone at the last session, given the gain; nan while treatment goes on.
    p_fall, p_rise : float
        Probability that there is no such gain, and the course falls; and that it rises, or changed without a record.
    p_change : float
        Probability of a change that nobody wrote down.
    gain, retained : NDArray of float64, shape (draws,)
        Draws, given the gain; `retained` only has a meaning once treatment stopped.
    half_life, back : NDArray of float64, shape (draws,)
        Weeks after stopping in which half of what is lost goes, and the week in which the course is back at the
        untreated one (infinite where it never is), given the gain.
    trend : float
        Points a year, of the untreated course.
    total : float
        Points from the first session to the last, of the course without seasons; a gain from before that is lost on
        the way does not count.
    sigma : float
        Noise of one session, in points.
    outlier : NDArray of float64, shape (sessions,)
        Probability that a session is an outlier.
    curves : Curves
        The course; empty where only chances were asked for.
    log_evidence : float
        Of all models together.
    likely : Shapes or None
        The likeliest shapes of the response, their prior raised to stand for all; None without treatment, and where
        only chances were asked for.
    """

    p_gain: float
    p_lost: float
    p_fall: float
    p_rise: float
    p_change: float
    gain: Floats
    retained: Floats
    half_life: Floats
    back: Floats
    trend: float
    total: float
    sigma: float
    outlier: Floats
    curves: Curves
    log_evidence: float
    likely: Shapes | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What all models of a series share, whatever is assumed of strengths: made once for a verdict and its checks.

    Parameters
    ----------
    shapes : Shapes
        Of the response.
    start : Start
        What is known before any model is fitted.
    columns : Columns
        At the sessions.
    weeks : NDArray of float64, shape (times,)
        Times from the first session to the last.
    grid : Columns
        At those times.
    """

    shapes: Shapes
    start: Start
    columns: Columns
    weeks: Floats
    grid: Columns


@dataclass(frozen=True, slots=True)
class _Part:
    """One model: its name, its probability, its posterior."""

    name: str
    probability: float
    fitted: Fit


@dataclass(frozen=True, slots=True)
class _Sample:
    """Draws of one model on the time grid.

    `effect` is all that treatment adds, `other` all that is left, where that is asked for; `total` is the change from
    the first session to the last without seasons and treatment, `span` the largest change on the way, `kind` straight,
    step or smooth.
    """

    draws: Draws
    effect: Floats
    other: Floats | None
    trend: Floats
    total: Floats
    span: Floats
    kind: NDArray[np.int64]


def ground_of(setting: Setting, shapes: Shapes | None = None) -> Ground:
    """Return what all models of a series share; with fewer shapes than all, where these are given."""
    shapes = shapes or shapes_for(setting)
    weeks = np.linspace(0.0, setting.end, CURVE_STEPS)
    columns, grid = columns_of(setting, setting.weeks, shapes), columns_of(setting, weeks, shapes)
    return Ground(shapes, start_of(setting), columns, weeks, grid)


def believe(
    setting: Setting,
    prior: Prior | None = None,
    outlier: Floats | None = None,
    ground: Ground | None = None,
    count: int = DRAWS,
    *,
    curves: bool = True,
) -> Belief:
    """Return what the data say about a series.

    Parameters
    ----------
    setting : Setting
        At least two sessions.
    prior : Prior, optional
        Strengths of the priors.
    outlier : NDArray of float64, shape (sessions,), optional
        Probabilities of being an outlier, where they are given.
    ground : Ground, optional
        Of the series; with fewer shapes than all, for checks.
    count : int
        Draws in all.
    curves : bool
        Whether the course and the likeliest shapes are wanted as well as the chances.
    """
    prior = prior or (Prior() if setting.drives else UNTREATED)
    ground = ground or ground_of(setting)
    parts, log_evidence = weigh(setting, ground.shapes, ground.columns, ground.start, prior, outlier)
    samples = [
        _sample(part, setting, ground, share, curves)
        for part, share in zip(parts, _counts([part.probability for part in parts], count), strict=True)
        if share
    ]
    return _together(setting, ground, parts, samples, log_evidence, curves)


def weigh(
    setting: Setting,
    shapes: Shapes,
    columns: Columns,
    start: Start,
    prior: Prior,
    outlier: Floats | None = None,
) -> tuple[list[_Part], float]:
    """Return all models with their probabilities, and the evidence of all together."""
    p_effect = prior.p_effect if setting.drives else 0.0
    p_change = prior.p_change if len(setting.weeks) > 4 else 0.0
    p_wander = prior.p_wander if len(setting.weeks) > 5 else 0.0
    models = []
    for trend, (_, _, share) in enumerate(prior.trends):
        plain = no_effect(columns, setting, prior, trend)
        models.append(("plain", share * (1 - p_effect) * (1 - p_change - p_wander), plain))
        if p_effect > 0:
            models.append(("effect", share * p_effect, with_effect(columns, setting, shapes, prior, trend)))
    if p_change > 0:
        models.append(("change", (1 - p_effect) * p_change, with_change(columns, setting, prior)))
    if p_wander > 0:
        models.append(("wander", (1 - p_effect) * p_wander, with_wander(columns, setting, prior)))
    found: dict[str, Floats] = {}
    fits = []
    for name, _, model in models:
        fits.append(fit(model, setting, outlier, found.get(name), start))
        found[name] = fits[-1].outlier
    log_joint = np.array([np.log(p) + fitted.log_evidence for (_, p, _), fitted in zip(models, fits, strict=True)])
    top = float(log_joint.max())
    log_evidence = top + float(np.log(np.exp(log_joint - top).sum()))
    parts = [
        _Part(name, float(np.exp(joint - log_evidence)), fitted)
        for (name, _, _), fitted, joint in zip(models, fits, log_joint, strict=True)
    ]
    return parts, log_evidence


def _counts(probabilities: list[float], draws: int) -> list[int]:
    """Share the draws among the models."""
    edges = np.round(np.cumsum([0.0, *probabilities]) * draws).astype(int)
    return [int(count) for count in np.diff(edges)]


def _sample(part: _Part, setting: Setting, ground: Ground, count: int, curves: bool) -> _Sample:
    draws, grid = draw(part.fitted, count), ground.grid
    columns = grid.base.shape[1]
    behind = draws.coefficients[:, columns:]
    other = draws.coefficients[:, :columns] @ grid.base.T if curves else None
    effect = np.zeros((count, len(ground.weeks)))
    trend = draws.coefficients[:, 1]
    total = trend * setting.end / YEAR
    if part.name == "effect":
        for place, gains in enumerate(grid.gains, 1):
            effect += behind[:, [place]] * gains[draws.shape]
        if other is not None:
            other += behind[:, :1] * grid.shed
    if part.name == "change":
        total = total + behind[:, 0]
        if other is not None:
            other += behind[:, :1] * grid.change[draws.shape]
    span = np.abs(total)
    if part.name == "wander":
        smooth = behind @ grid.wander.T
        if other is not None:
            other += smooth
        smooth = smooth + trend[:, None] * ground.weeks / YEAR
        total = smooth[:, -1] - smooth[:, 0]
        span = np.ptp(smooth, axis=1)
    kind = {"change": STEP, "wander": SMOOTH}.get(part.name, STRAIGHT)
    return _Sample(draws, effect, other, trend, total, span, np.full(count, kind))


def _together(
    setting: Setting, ground: Ground, parts: list[_Part], samples: list[_Sample], log_evidence: float, curves: bool
) -> Belief:
    shapes, weeks = ground.shapes, ground.weeks
    effect = np.concatenate([sample.effect for sample in samples])
    trend = np.concatenate([sample.trend for sample in samples])
    total = np.concatenate([sample.total for sample in samples])
    span = np.concatenate([sample.span for sample in samples])
    kind = np.concatenate([sample.kind for sample in samples])
    shape = np.concatenate([sample.draws.shape for sample in samples])
    peak = effect.max(axis=1)
    rose = _rose(setting, effect, trend, weeks)
    # What treatment had added before the first session makes up for no fall; that it goes again is none.
    net = total + np.maximum(effect[:, -1] - effect[:, 0], 0.0)
    # A gain that only slows a fall, so that nothing ever rose, is told as the fall that it is.
    gained = (peak >= MATTERS) & (rose | (net > -FALLS))
    gain, shape = peak[gained], shape[gained]
    retained = np.clip(effect[gained, -1] / np.maximum(gain, 1e-9) + _between(setting, shapes, shape), 0.0, 1.0)
    stopped = setting.stop < setting.end
    half_life, back = _loss(setting, shapes, shape, gain) if stopped else (np.full(len(gain), np.nan),) * 2
    straight = (net * YEAR / setting.end <= -FALLS_A_YEAR) & (net <= -FALLS)
    falls = np.choose(kind, [straight, total <= -CAMERA_STEP, total <= -WANDERS])
    rise = np.choose(kind, [(trend >= FALLS_A_YEAR) & (total >= FALLS), span >= FALLS, span >= WANDERS])
    changed = kind != STRAIGHT
    falls = ~gained & falls
    return Belief(
        p_gain=float(gained.mean()),
        p_lost=float((retained < MOST).mean()) if stopped and len(gain) else np.nan,
        p_fall=float(falls.mean()),
        p_rise=float((~gained & rise & ~falls).mean()),
        p_change=float(changed.mean()),
        gain=gain,
        retained=retained,
        half_life=half_life,
        back=back,
        trend=float(np.median(trend)),
        total=float(np.median(net)),
        sigma=float(np.median(np.concatenate([sample.draws.sigma for sample in samples]))),
        outlier=np.sum([part.probability * part.fitted.outlier for part in parts], axis=0),
        curves=_curves(weeks, effect, samples) if curves else NO_CURVES,
        log_evidence=log_evidence,
        likely=_likely(parts, shapes) if curves else None,
    )


def _curves(weeks: Floats, effect: Floats, samples: list[_Sample]) -> Curves:
    other = np.concatenate([sample.other for sample in samples if sample.other is not None])
    course = effect + other
    low, high = np.quantile(course, (0.025, 0.975), axis=0)
    return Curves(weeks, course.mean(axis=0), low, high, other.mean(axis=0))


def _likely(parts: list[_Part], shapes: Shapes) -> Shapes | None:
    """Return the shapes that the models with an effect give most of their weight."""
    with_effects = [part for part in parts if part.name == "effect"]
    if not with_effects:
        return None
    weight = np.sum([part.probability * part.fitted.weight.sum(axis=1) for part in with_effects], axis=0)
    most = np.sort(np.argsort(-weight, kind="stable")[:MOST_LIKELY])
    some = shapes.at(most)
    return replace(some, log_prior=some.log_prior + np.log(weight.sum() / max(weight[most].sum(), 1e-300)))


def _rose(setting: Setting, effect: Floats, trend: Floats, weeks: Floats) -> NDArray[np.bool_]:
    """Return whether the course, seasons aside, was ever higher after treatment began than when it began."""
    course = effect + trend[:, None] * weeks / YEAR
    after = weeks >= min(setting.start, weeks[-1])
    begin = np.argmax(after)
    return np.asarray(course[:, after].max(axis=1) - course[:, begin] >= MATTERS)


def _between(setting: Setting, shapes: Shapes, shape: NDArray[np.int64]) -> Floats:
    """Return how far each draw's retained share lies from that of its shape.

    The grid stands for all shares between its values.
    What has not been lost yet does not depend on the share, so a draw moves by the part that has.
    """
    grid = np.array(RETAINED)
    edges = np.concatenate([grid[:1], (grid[1:] + grid[:-1]) / 2, grid[-1:]])
    place = np.abs(shapes.retained[shape][:, None] - grid).argmin(axis=1)
    # Evenly spread numbers in an order that has nothing to do with that of the draws: the same in every run.
    even = (np.arange(len(shape)) * GOLDEN) % 1
    moved = edges[place] + even * (edges[place + 1] - edges[place]) - grid[place]
    since = np.clip(setting.end - setting.worked - np.maximum(shapes.lag, shapes.off)[shape], 0.0, None)
    lost = 1 - np.exp(-since / shapes.decay[shape]) if np.isfinite(setting.stop) else np.zeros(len(shape))
    return np.asarray(moved * lost)


def _loss(setting: Setting, shapes: Shapes, shape: NDArray[np.int64], gain: Floats) -> tuple[Floats, Floats]:
    """Return the half-life of the loss in weeks, and the week in which hardly anything is left."""
    wait = setting.worked - setting.stop + np.maximum(shapes.lag, shapes.off)[shape]
    decay, share = shapes.decay[shape], shapes.retained[shape]
    left = np.maximum(1.0 / gain, BACK)
    gone = decay * np.log(np.maximum(1 - share, 1e-9) / np.maximum(left - share, 1e-9))
    return wait + decay * np.log(2), setting.stop + np.where(share < left, wait + gone, np.inf)
