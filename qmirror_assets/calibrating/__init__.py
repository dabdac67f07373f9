"""Calibration of a judge: against planted defects, and against labels by people."""

from qmirror_assets.calibrating.calibrate import calibrate
from qmirror_assets.calibrating.target import calibrate_dataset

__all__ = ["calibrate", "calibrate_dataset"]
