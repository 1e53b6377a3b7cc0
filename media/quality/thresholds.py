"""What a clip may be like: the limits of what is measured on it."""

from pydantic import BaseModel, ConfigDict, Field


class Thresholds(BaseModel):
    """What a clip may be like at most, or at least; what each number means, `media.quality.measures` says."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    size: float = Field(default=0.5, ge=0, le=1)
    """Least width and height, as a share of what was ordered."""
    black: float = Field(default=0.3, ge=0, le=1)
    """Largest share of black frames: a fade at one end stays below it."""
    frozen: float = Field(default=0.5, ge=0, le=1)
    """Largest share of quarter seconds in which nothing moves."""
    sharpness: float = Field(default=0.13, ge=0)
    """Least sharpness."""
    palette_distance: float = Field(default=0.12, ge=0)
    """Largest OKLab distance from the palette: foliage and sky lie under it beside any palette."""
    lettering: float = Field(default=0.002, ge=0, le=1)
    """Largest share of the picture that readable letters cover, where none were ordered."""
    style_distance: float = Field(default=1.0, ge=0)
    """Largest distance from the neighbour that is most alike."""
