"""What a user may set about measuring; part of what makes a number, so part of every cache key."""

import hashlib

from pydantic import BaseModel, ConfigDict, Field

from hairdensity.methods import Method


class Settings(BaseModel):
    """Settings of the measurement.

    A run with other settings measures anew; `digest` is what tells.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    segmenter: Method = Field("network", description="method that finds the scalp and tells hair from skin")
    work_px: int = Field(1280, ge=128, le=8192, description="longer side of the picture that is segmented, in pixels")
    ruler_mm: float | None = Field(
        None, ge=40, le=160, description="measured length of the scale card's ruler, in mm; none: printed as meant"
    )
    macro_px_per_mm: float | None = Field(
        None, ge=10, le=5000,
        description="scale of macro photos, where photos.csv, a scale card and a bar in the picture do not say it",
    )  # fmt: skip
    max_megapixels: int = Field(200, ge=1, le=2000, description="photos with more pixels than this are refused")

    def digest(self) -> str:
        """Return a short name of these settings: equal settings, equal name."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]
