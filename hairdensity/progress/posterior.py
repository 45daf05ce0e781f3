"""Inference: everything but the shape of the response and the noise is integrated out exactly, those are on a grid.

Given a shape, the standard deviation of the noise and the weight of each session, the model is linear with normal
priors, so its evidence and its posterior have closed forms; one eigenvalue decomposition a shape serves all values of
the noise. Outliers are sessions with a larger standard deviation; the probability that a session is one is found by a
few rounds of variational Bayes (as in Bishop, Pattern Recognition and Machine Learning, 10.1), which is the only
approximation beside the grid. Nothing is random but the draws that summarise the result, and those are the same every
time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri

from hairdensity.progress.model import (
    WANDER_SD,
    Floats,
    Prior,
    Setting,
    Shapes,
    change,
    changes,
    nuisance,
    response,
    shed,
    wander,
)

LEAST_SIGMA: Final = 0.03
SIGMAS: Final = 20
"""Number of values of the noise's standard deviation that are tried."""
SIGMA_MEDIAN: Final = 1.3
SIGMA_SPREAD: Final = 0.7
"""Of log sigma: 1 to 3 points are found between photos of an unchanged head."""
OUTLIER_SHARE: Final = 0.05
OUTLIER_SIZE: Final = 5.0
"""An outlier's standard deviation over that of other sessions."""
ROUNDS: Final = 12
SETTLED: Final = 0.01
DRAWS: Final = 4000
NEGLIGIBLE: Final = 1e-4
FORGOTTEN: Final = 1e-3
"""Weight of a cell or a shape, over that of the likeliest, below which it has no say in who is an outlier."""


@dataclass(frozen=True, slots=True)
class Model:
    """A linear model for each shape.

    Parameters
    ----------
    columns : NDArray of float64, shape (shapes, sessions, columns)
        The design, not whitened.
    mean, sd : NDArray of float64, shape (columns,)
        Normal prior of the coefficients.
    log_prior : NDArray of float64, shape (shapes,)
        Of the shapes.
    effects : tuple of int
        Columns whose coefficient is not negative: gains.
    """

    columns: Floats
    mean: Floats
    sd: Floats
    log_prior: Floats
    effects: tuple[int, ...]


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


def no_effect(setting: Setting, prior: Prior, trend: int = 0) -> Model:
    """Return the model without an effect; columns are those of `nuisance`."""
    columns, mean, sd = nuisance(setting, setting.weeks, prior, trend)
    return Model(columns[None], mean, sd, np.zeros(1), ())


def with_effect(setting: Setting, shapes: Shapes, prior: Prior, trend: int = 0) -> Model:
    """Return the model with an early shed and a response to each treatment behind the columns of `nuisance`."""
    base, mean, sd = nuisance(setting, setting.weeks, prior, trend)
    several = len(shapes.lag)
    columns = [np.broadcast_to(base, (several, *base.shape))]
    columns.append(np.broadcast_to(shed(setting, setting.weeks)[:, None], (several, len(setting.weeks), 1)))
    columns += [response(drive, shapes, setting.weeks)[:, :, None] for drive in setting.drives]
    first = base.shape[1] + 1
    effects = tuple(range(first, first + len(setting.drives)))
    return Model(
        np.concatenate(columns, axis=2),
        np.concatenate([mean, [0.0], np.zeros(len(effects))]),
        np.concatenate([sd, [prior.shed_sd], np.full(len(effects), prior.gain_sd)]),
        shapes.log_prior,
        effects,
    )


def with_change(setting: Setting, prior: Prior) -> Model:
    """Return the model with one lasting change that nobody wrote down; a shape is the week of it.

    It stands for new cameras, other hair styles and whatever else moves a series without being treatment.
    """
    base, mean, sd = nuisance(setting, setting.weeks, prior)
    weeks = changes(setting)
    columns = [np.broadcast_to(base, (len(weeks), *base.shape)), change(setting.weeks, weeks)[:, :, None]]
    return Model(
        np.concatenate(columns, axis=2),
        np.concatenate([mean, [0.0]]),
        np.concatenate([sd, [prior.change_sd]]),
        np.full(len(weeks), -np.log(len(weeks))),
        (),
    )


def with_wander(setting: Setting, prior: Prior) -> Model:
    """Return the model of a course that goes up and down without a cause that is written down."""
    base, mean, sd = nuisance(setting, setting.weeks, prior)
    columns = np.concatenate([base, wander(setting, setting.weeks)], axis=1)
    zeros, wide = np.zeros(3), np.full(3, WANDER_SD)
    trend = np.concatenate([sd, wide])
    trend[1] = max(sd[1], 2 * WANDER_SD)
    return Model(columns[None], np.concatenate([mean, zeros]), trend, np.zeros(1), ())


def fit(model: Model, setting: Setting, outlier: Floats | None = None) -> Fit:
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
    """
    if outlier is not None:
        return _given(model, setting, outlier)
    share = _first_guess(setting)
    result = _given(model, setting, share)
    # Shapes that are out of the question at first stay so; only the last round asks all of them again.
    likely = result.weight.sum(axis=1)
    few = _chosen(model, likely > FORGOTTEN * likely.max())
    result = _given(few, setting, share)
    for _ in range(ROUNDS):
        now = _outliers(few, setting, result)
        moved = float(np.max(np.abs(now - share), initial=0.0))
        share = now
        if moved < SETTLED:
            break
        result = _given(few, setting, share)
    return _given(model, setting, share)


def _chosen(model: Model, which: NDArray[np.bool_]) -> Model:
    return Model(model.columns[which], model.mean, model.sd, model.log_prior[which], model.effects)


def draw(fitted: Fit, count: int = DRAWS) -> Draws:
    """Return draws from the posterior, the same every time."""
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


def _given(model: Model, setting: Setting, outlier: Floats) -> Fit:
    """Return the posterior for given probabilities of being an outlier."""
    precision = (1 - outlier + outlier / OUTLIER_SIZE**2) / setting.spread**2
    white = model.columns * model.sd
    rest = setting.points - model.columns[0] @ model.mean
    weighted = white * precision[:, None]
    values, vectors = np.linalg.eigh(np.swapaxes(weighted, 1, 2) @ white)
    values = np.maximum(values, 0.0)
    along = np.einsum("gji,gj->gi", vectors, np.swapaxes(weighted, 1, 2) @ rest)
    sigmas = noise_levels(setting)
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
    log_joint = log_joint + model.log_prior[:, None] + _log_sigma_prior(setting, sigmas)
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
    median = SIGMA_MEDIAN if setting.stated_noise is None else float(np.hypot(setting.stated_noise, 0.8))
    step = float(np.log(sigmas[1] / sigmas[0]))
    log_density = -0.5 * (np.log(sigmas / median) / SIGMA_SPREAD) ** 2
    return np.asarray(log_density + np.log(step / SIGMA_SPREAD / np.sqrt(2 * np.pi)))


def _outliers(model: Model, setting: Setting, fitted: Fit) -> Floats:
    """Return the probability of each session to be an outlier, given what is known of the rest."""
    shapes, sigmas = np.nonzero(fitted.weight > max(NEGLIGIBLE, 1e-2 * float(fitted.weight.max())))
    weight = fitted.weight[shapes, sigmas]
    variance = fitted.sigmas[sigmas] ** 2
    precision = fitted.values[shapes] / variance[:, None] + 1
    centre = fitted.along[shapes] / variance[:, None] / precision
    rotated = (model.columns * model.sd) @ fitted.vectors
    rest = setting.points - model.columns[0] @ model.mean
    residual = rest - np.einsum("cnj,cj->cn", rotated[shapes], centre)
    unsure = np.einsum("cnj,cj->cn", rotated[shapes] ** 2, 1 / precision)
    square = (residual**2 + unsure) / setting.spread**2 / variance[:, None]
    expected = weight @ square / weight.sum()
    log_odds = (
        np.log(OUTLIER_SHARE / (1 - OUTLIER_SHARE)) - np.log(OUTLIER_SIZE) + 0.5 * expected * (1 - OUTLIER_SIZE**-2.0)
    )
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -50, 50))))


def _first_guess(setting: Setting) -> Floats:
    """Guess outliers: sessions far from the median of themselves and their neighbours."""
    points = setting.points
    count = len(points)
    if count < 5:
        return np.full(count, OUTLIER_SHARE)
    near = np.array([np.median(points[max(0, i - 2) : i + 3]) for i in range(count)])
    away = np.abs(points - near)
    scale = max(0.3, 1.4826 * float(np.median(away[away > 0])) if (away > 0).any() else 0.3)
    return np.asarray(np.where(away > 5 * scale, 0.95, OUTLIER_SHARE))
