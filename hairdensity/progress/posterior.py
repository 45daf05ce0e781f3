"""Inference: everything but the shape of the response and the noise is integrated out exactly, those are on a grid.

Given a shape, the standard deviation of the noise and the weight of each session, the model is linear with normal
priors, so its evidence and its posterior have closed forms; one eigenvalue decomposition a shape serves all values of
the noise. Outliers are sessions with a larger standard deviation; whether a session is one is judged by what the others
foretell of it, in rounds, from several first guesses (expectation propagation in spirit: Minka 2001), which is the only
approximation beside the grid. Nothing is random but the draws that summarise the result, and those are the same every
time.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hairdensity.progress.design import Model
from hairdensity.progress.model import Floats, Setting

LEAST_SIGMA: Final = 0.03
SIGMAS: Final = 15
"""Number of values of the noise's standard deviation that are tried."""
SIGMA_MEDIAN: Final = 1.4
SIGMA_SPREAD: Final = 0.55
"""Of log sigma: 1 to 3 points are found between photos of an unchanged head."""
OF_STATED: Final = 0.65
"""Scatter between photos of an unchanged head over the repeatability that is stated of them, in the middle: 0.97 of ten
rendered heads, 0.42 of twenty real ones, altered. What is stated has to hold for heads that are hard to read, too."""
NOISE_BESIDE: Final = 0.8
"""Points of noise beside what is stated, added to it in squares where the prior has its middle."""
OUTLIER_SHARE: Final = 0.05
OUTLIER_SIZE: Final = 5.0
"""An outlier's standard deviation over that of other sessions."""
FAR: Final = (5.0, 3.0)
"""How far a session lies from its neighbours, in units of their scatter, to be taken for an outlier at first."""
ROUNDS: Final = 8
SETTLED: Final = 0.03
DRAWS: Final = 4000
NEGLIGIBLE: Final = 2e-2
FORGOTTEN: Final = 1e-2
"""Weight of a cell and of a shape, over that of the likeliest, below which it has no say in who is an outlier."""
COARSE: Final = 50
"""Shapes with which the first guesses of who is an outlier are compared."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a series before any model is fitted to it, and is the same for all of them.

    Parameters
    ----------
    sigmas : NDArray of float64, shape (sigmas,)
        Standard deviations of the noise of one session that are tried, in points.
    log_prior : NDArray of float64, shape (sigmas,)
        Logarithm of the prior probability of each; normalised over all values, not only those tried.
    guesses : tuple of NDArray of float64, shape (sessions,)
        First guesses of who is an outlier.
    """

    sigmas: Floats
    log_prior: Floats
    guesses: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """Posterior of a model.

    Parameters
    ----------
    model : Model
        What was fitted.
    log_evidence : float
        Logarithm of the probability of the data under the model.
    weight : NDArray of float64, shape (shapes, sigmas)
        Posterior probability of each; sums to 1.
    outlier : NDArray of float64, shape (sessions,)
        Probability that a session is an outlier.
    sigmas : NDArray of float64, shape (sigmas,)
        Standard deviations of the noise of one session that were tried, in points.
    values, vectors, along : NDArray of float64, shapes (shapes, columns), (shapes, columns, columns), (shapes, columns)
        Eigenvalues and vectors of the whitened information at sigma 1, and the data along the vectors.
    """

    model: Model
    log_evidence: float
    weight: Floats
    outlier: Floats
    sigmas: Floats
    values: Floats
    vectors: Floats
    along: Floats


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws from a posterior.

    Parameters
    ----------
    shape : NDArray of int64, shape (draws,)
        Index of the shape.
    sigma : NDArray of float64, shape (draws,)
        Noise, in points.
    coefficients : NDArray of float64, shape (draws, columns)
        Of the model's columns.
    """

    shape: NDArray[np.int64]
    sigma: Floats
    coefficients: Floats


def start_of(setting: Setting) -> Start:
    """Return what is known of a series before any model is fitted to it."""
    sigmas = noise_levels(setting)
    return Start(sigmas, _log_sigma_prior(setting, sigmas), _guesses(setting))


def fit(
    model: Model,
    setting: Setting,
    outlier: Floats | None = None,
    guess: Floats | None = None,
    start: Start | None = None,
) -> Fit:
    """Return the posterior of a model.

    Parameters
    ----------
    model : Model
        What to fit.
    setting : Setting
        The series.
    outlier : NDArray of float64, shape (sessions,), optional
        Where given, these probabilities of being an outlier are kept instead of being found; 1 all but leaves a
        session out.
    guess : NDArray of float64, shape (sessions,), optional
        Where given, the search for outliers begins with these probabilities, as a similar model has found them.
    start : Start, optional
        Of the series, where several models are fitted to it.
    """
    start = start or start_of(setting)
    if outlier is not None:
        return _given(model, setting, start, outlier)
    if guess is None:
        step = -(-len(model.log_prior) // COARSE)
        coarse = _chosen(model, np.arange(len(model.log_prior)) % step == 0)
        guess = max((_settled(coarse, setting, start, first) for first in start.guesses), key=lambda one: one[1])[0]
    # Shapes that are out of the question are not asked who is an outlier.
    likely = _given(model, setting, start, guess).weight.sum(axis=1)
    share, evidence = _settled(_chosen(model, likely > FORGOTTEN * likely.max()), setting, start, guess)
    return replace(_given(model, setting, start, share), log_evidence=evidence)


def _settled(model: Model, setting: Setting, start: Start, share: Floats) -> tuple[Floats, float]:
    """Return who is an outlier, from a first guess on, and the evidence of the model with that."""
    from scipy.special import expit

    result = _given(model, setting, start, share)
    for turn in range(ROUNDS):
        now = expit(_outlier_odds(model, setting, result))
        now = now if turn < ROUNDS // 2 else (now + share) / 2
        moved = float(np.max(np.abs(now - share), initial=0.0))
        share = now
        if moved < SETTLED:
            break
        result = _given(model, setting, start, share)
    # The likeliest pattern of outliers, and all that differ from it as if each session did so by itself.
    pattern = (share > 0.5).astype(np.float64)
    best = _given(model, setting, start, pattern)
    odds = _outlier_odds(model, setting, best)
    evidence = best.log_evidence + float(np.logaddexp(0.0, np.where(pattern > 0, -odds, odds)).sum())
    return share, evidence


def _chosen(model: Model, which: NDArray[np.bool_]) -> Model:
    return Model(model.columns[which], model.mean, model.sd, model.log_prior[which], model.effects)


def draw(fitted: Fit, count: int = DRAWS) -> Draws:
    """Return draws from the posterior, the same every time."""
    from scipy.special import ndtr, ndtri  # half a second to load, and most runs on new folders decide nothing

    chance = np.random.default_rng(20)
    model = fitted.model
    flat = fitted.weight.ravel()
    # Systematic: each cell gets its share of the draws to within one.
    cells = np.searchsorted(np.cumsum(flat), (np.arange(count) + 0.5) / count * flat.sum())
    cells = np.minimum(cells, len(flat) - 1)
    shape, sigma = np.divmod(cells, len(fitted.sigmas))
    variance = fitted.sigmas[sigma] ** 2
    precision = fitted.values[shape] / variance[:, None] + 1
    centre = fitted.along[shape] / variance[:, None] / precision
    spread = chance.standard_normal((count, centre.shape[1])) / np.sqrt(precision)
    vectors = fitted.vectors[shape]
    white = np.einsum("dij,dj->di", vectors, centre + spread)
    coefficients = model.mean + model.sd * white
    for column in model.effects:
        # Conditioned on not being negative: the others follow along the covariance.
        rows = vectors[:, column, :]
        covariance = np.einsum("dij,dj->di", vectors, rows / precision) * model.sd * model.sd[column]
        own = covariance[:, column]
        mean = model.sd[column] * np.einsum("dj,dj->d", rows, centre)
        sd = np.sqrt(own)
        below = ndtr(-mean / sd)
        uniform = below + (1 - below) * ndtr((coefficients[:, column] - mean) / sd)
        wanted = mean + sd * ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))
        wanted = np.maximum(wanted, 0.0)
        coefficients = coefficients + covariance * ((wanted - coefficients[:, column]) / own)[:, None]
    return Draws(shape.astype(np.int64), fitted.sigmas[sigma], coefficients)


def _given(model: Model, setting: Setting, start: Start, outlier: Floats) -> Fit:
    """Return the posterior for given probabilities of being an outlier."""
    from scipy.special import log_ndtr

    precision = _trust(setting, outlier)
    white = model.columns * model.sd
    rest = setting.points - model.columns[0] @ model.mean
    weighted = white * precision[:, None]
    values, vectors = np.linalg.eigh(np.swapaxes(weighted, 1, 2) @ white)
    values = np.maximum(values, 0.0)
    along = np.einsum("gji,gj->gi", vectors, np.swapaxes(weighted, 1, 2) @ rest)
    sigmas = start.sigmas
    variance = sigmas**2
    scaled = values[:, None, :] / variance[:, None] + 1
    square = (along**2)[:, None, :] / variance[:, None] ** 2 / scaled
    count = len(rest)
    log_density = -0.5 * (
        count * np.log(2 * np.pi * variance)
        + 2 * np.log(setting.spread).sum()
        + 2 * np.log(OUTLIER_SIZE) * outlier.sum()
        + float(precision @ rest**2) / variance
    )
    log_joint = log_density + 0.5 * square.sum(axis=2) - 0.5 * np.log(scaled).sum(axis=2)
    log_joint = log_joint + model.log_prior[:, None] + start.log_prior
    for column in model.effects:
        rows = vectors[:, column, :][:, None, :]
        mean = (rows * along[:, None, :] / variance[:, None] / scaled).sum(axis=2)
        sd = np.sqrt((rows**2 / scaled).sum(axis=2))
        log_joint = log_joint + np.log(2) + log_ndtr(mean / sd)
    top = float(log_joint.max())
    weight = np.exp(log_joint - top)
    total = float(weight.sum())
    sure = np.clip(outlier, 1e-12, 1 - 1e-12)
    entropy = sure * np.log(OUTLIER_SHARE / sure) + (1 - sure) * np.log((1 - OUTLIER_SHARE) / (1 - sure))
    evidence = top + np.log(total) + float(entropy.sum())
    return Fit(model, float(evidence), weight / total, outlier, sigmas, values, vectors, along)


def noise_levels(setting: Setting) -> Floats:
    """Return the standard deviations that are tried: all that the differences of neighbours leave possible."""
    steps = np.abs(np.diff(setting.points)) / np.sqrt(2)
    usual = float(np.median(steps)) / 0.6745
    low = max(LEAST_SIGMA, min(0.25 * usual, 1.0))
    high = max(4.0, 4 * usual, 1.5 * float(np.std(setting.points)))
    return np.asarray(np.exp(np.linspace(np.log(low), np.log(high), SIGMAS)))


def _log_sigma_prior(setting: Setting, sigmas: Floats) -> Floats:
    """Return the logarithm of the prior probability of each; normalised over all values, not only those tried."""
    median = (
        SIGMA_MEDIAN
        if setting.stated_noise is None
        else float(np.hypot(OF_STATED * setting.stated_noise, NOISE_BESIDE))
    )
    step = float(np.log(sigmas[1] / sigmas[0]))
    log_density = -0.5 * (np.log(sigmas / median) / SIGMA_SPREAD) ** 2
    return np.asarray(log_density + np.log(step / SIGMA_SPREAD / np.sqrt(2 * np.pi)) + _log_repeats(setting, sigmas))


def _log_repeats(setting: Setting, sigmas: Floats) -> Floats:
    """Return the logarithm of how likely the scatter between photos of one day is, for each value of the noise.

    Notes
    -----
    What photos of one day do not have in common is a part of the noise, but nobody knows which: three photos of one
    minute differ by next to nothing, three in three rooms by all of it. So any part is as likely as another (on a
    logarithmic scale), and photos that differ prove that there is noise, while photos that agree prove little.
    """
    variance, degrees = setting.repeats
    if not degrees:
        return np.zeros_like(sigmas)
    own = np.logspace(-4, 0, 41)[:, None] * sigmas**2
    log_density = -0.5 * degrees * (np.log(own) + max(variance, LEAST_SIGMA**2) / own)
    # Against the value that fits best, so that evidence is compared between models and not between tables.
    return np.asarray(_log_sum(log_density) - log_density.max())


def _outlier_odds(model: Model, setting: Setting, fitted: Fit) -> Floats:
    """Return the logarithm of the odds of each session to be an outlier, judged by all the others.

    A session is compared with what the others foretell of it, so that one that pulls the course to itself does not
    look usual for that.
    """
    shapes, sigmas = np.nonzero(fitted.weight > NEGLIGIBLE * float(fitted.weight.max()))
    weight = fitted.weight[shapes, sigmas]
    variance = (fitted.sigmas[sigmas] ** 2)[:, None]
    precision = fitted.values[shapes] / variance + 1
    centre = fitted.along[shapes] / variance / precision
    rotated = ((model.columns * model.sd) @ fitted.vectors)[shapes]
    rest = setting.points - model.columns[0] @ model.mean
    residual = rest - np.einsum("cnj,cj->cn", rotated, centre)
    unsure = np.einsum("cnj,cj->cn", rotated**2, 1 / precision)
    own = _trust(setting, fitted.outlier) / variance
    left = np.maximum(1 - own * unsure, 1e-9)
    error, unsure = residual / left, unsure / left
    usual = setting.spread**2 * variance
    # How likely each cell is without the session itself.
    others = np.log(weight)[:, None] - _log_normal(error, unsure + 1 / own)
    wild = _log_sum(others + _log_normal(error, unsure + usual * OUTLIER_SIZE**2))
    tame = _log_sum(others + _log_normal(error, unsure + usual))
    return np.asarray(np.log(OUTLIER_SHARE / (1 - OUTLIER_SHARE)) + wild - tame)


def _log_normal(error: Floats, variance: Floats) -> Floats:
    """Return the logarithm of a normal density, but for a constant."""
    return np.asarray(-0.5 * (error**2 / variance + np.log(variance)))


def _log_sum(logs: Floats) -> Floats:
    """Return the logarithm of the sum of exponentials along the first axis."""
    top = logs.max(axis=0)
    return np.asarray(top + np.log(np.exp(logs - top).sum(axis=0)))


def _trust(setting: Setting, outlier: Floats) -> Floats:
    """Return the precision of each session at sigma 1, given its probability of being an outlier."""
    return np.asarray((1 - outlier + outlier / OUTLIER_SIZE**2) / setting.spread**2)


def _guesses(setting: Setting) -> tuple[Floats, ...]:
    """Guess outliers: sessions far from the median of themselves and their neighbours, or not so far, or none."""
    points = setting.points
    count = len(points)
    guesses = [np.full(count, OUTLIER_SHARE)]
    if count < 5:
        return tuple(guesses)
    near = np.empty(count)
    near[2:-2] = np.median(np.lib.stride_tricks.sliding_window_view(points, 5), axis=1)
    for place in (0, 1, count - 2, count - 1):
        near[place] = np.median(points[max(0, place - 2) : place + 3])
    away = np.abs(points - near)
    scale = max(0.3, 1.4826 * float(np.median(away[away > 0])) if (away > 0).any() else 0.3)
    for far in FAR:
        guess = np.where(away > far * scale, 0.95, OUTLIER_SHARE)
        if not any(np.array_equal(guess, other) for other in guesses):
            guesses.append(guess)
    return tuple(guesses)
