"""Design: the linear models of a course as columns, at the days of its sessions or at any times.

The columns depend on the days alone, not on values or on what is assumed of strengths: they are made once for all
models and checks of a series.
"""

from dataclasses import dataclass

import numpy as np

from hairdensity.progress.model import (
    WANDER_SD,
    Floats,
    Prior,
    Setting,
    Shapes,
    change,
    changes,
    gain_response,
    nuisance_columns,
    nuisance_prior,
    shed,
    wander,
)


@dataclass(frozen=True, slots=True)
class Columns:
    """What courses are made of, at given times.

    Parameters
    ----------
    base : NDArray of float64, shape (times, columns)
        What is no effect: level, trend, season, events.
    shed : NDArray of float64, shape (times,)
        The early shed.
    gains : tuple of NDArray of float64, shape (shapes, times)
        The response to each treatment over its peak.
    change : NDArray of float64, shape (changes, times)
        A lasting change of one point in each week in which one may have happened.
    wander : NDArray of float64, shape (times, 3)
        Curves that go up and down.
    """

    base: Floats
    shed: Floats
    gains: tuple[Floats, ...]
    change: Floats
    wander: Floats


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


def columns_of(setting: Setting, weeks: Floats, shapes: Shapes | None = None) -> Columns:
    """Return the columns of all models of a series.

    Parameters
    ----------
    setting : Setting
        The series, at least two sessions; its values are not looked at.
    weeks : NDArray of float64, shape (times,)
        Times: those of the sessions, or any.
    shapes : Shapes, optional
        Of the response; None where no treatment is looked at.
    """
    return Columns(
        nuisance_columns(setting, weeks),
        shed(setting, weeks),
        tuple(gain_response(setting, drive, shapes, weeks) for drive in setting.drives) if shapes else (),
        change(weeks, changes(setting)),
        wander(setting, weeks),
    )


def no_effect(columns: Columns, setting: Setting, prior: Prior, trend: int = 0) -> Model:
    """Return the model without an effect; columns are those of `nuisance_columns`."""
    mean, sd = nuisance_prior(setting, prior, trend)
    return Model(columns.base[None], mean, sd, np.zeros(1), ())


def with_effect(columns: Columns, setting: Setting, shapes: Shapes, prior: Prior, trend: int = 0) -> Model:
    """Return the model with an early shed and a response to each treatment behind the columns of `no_effect`."""
    mean, sd = nuisance_prior(setting, prior, trend)
    several, (times, base) = len(shapes.lag), columns.base.shape
    stacked = np.empty((several, times, base + 1 + len(columns.gains)))
    stacked[:, :, :base] = columns.base
    stacked[:, :, base] = columns.shed
    for place, gain in enumerate(columns.gains, base + 1):
        stacked[:, :, place] = gain
    effects = tuple(range(base + 1, stacked.shape[2]))
    return Model(
        stacked,
        np.concatenate([mean, [0.0], np.zeros(len(effects))]),
        np.concatenate([sd, [prior.shed_sd], np.full(len(effects), prior.gain_sd)]),
        shapes.log_prior,
        effects,
    )


def with_change(columns: Columns, setting: Setting, prior: Prior) -> Model:
    """Return the model with one lasting change that nobody wrote down; a shape is the week of it.

    It stands for new cameras, other hair styles and whatever else moves a series without being treatment.
    """
    mean, sd = nuisance_prior(setting, prior)
    several, (times, base) = len(columns.change), columns.base.shape
    stacked = np.empty((several, times, base + 1))
    stacked[:, :, :base] = columns.base
    stacked[:, :, base] = columns.change
    return Model(
        stacked,
        np.concatenate([mean, [0.0]]),
        np.concatenate([sd, [prior.change_sd]]),
        np.full(several, -np.log(several)),
        (),
    )


def with_wander(columns: Columns, setting: Setting, prior: Prior) -> Model:
    """Return the model of a course that goes up and down without a cause that is written down."""
    mean, sd = nuisance_prior(setting, prior)
    trend = np.concatenate([sd, np.full(3, WANDER_SD)])
    trend[1] = max(sd[1], 2 * WANDER_SD)
    stacked = np.concatenate([columns.base, columns.wander], axis=1)
    return Model(stacked[None], np.concatenate([mean, np.zeros(3)]), trend, np.zeros(1), ())
