"""The signal core: from samples to reps, sets and upper-back stability.

Pure: no I/O, no clock, no wire format.

Push `ImuBlock`, `Gap` and `SetLabel` into a `SetAnalyzer` and get events; `analyze` is the loop over it. What
is exported here is the promised surface; everything else is an implementation that may change.
"""

from analysis.config import ALGORITHM_VERSION, AnalysisConfig
from analysis.errors import (
    AnalysisError,
    InvalidBlockError,
    InvalidGoalError,
    InvalidMountError,
    InvalidPointError,
    UnknownExerciseError,
)
from analysis.events import (
    Event,
    RepFinished,
    SensorGap,
    SetFinished,
    SetPhase,
    SetProgress,
    VelocitySample,
)
from analysis.exercises import CATALOGUE, Exercise, find_exercise
from analysis.imu import Gap, ImuBlock, Mount, MountPosition, SensorInfo, SetLabel, StreamItem
from analysis.load_velocity import LoadVelocityPoint, LoadVelocityProfile, load_velocity_profile
from analysis.pipeline import SetAnalyzer, analyze
from analysis.results import (
    BarAxis,
    BarPath,
    Estimate,
    Quality,
    QualityState,
    RejectedMovement,
    Rep,
    SetSummary,
)
from analysis.set_goal import SetAdvice, SetGoal, advise
from analysis.stability.judge import judge_lift, judge_weeks
from analysis.stability.judged_weeks import LiftHistory
from analysis.stability.judgement import LiftVerdict
from analysis.velocity_priors import VelocityPrior

__all__ = [
    "ALGORITHM_VERSION",
    "CATALOGUE",
    "AnalysisConfig",
    "AnalysisError",
    "BarAxis",
    "BarPath",
    "Estimate",
    "Event",
    "Exercise",
    "Gap",
    "ImuBlock",
    "InvalidBlockError",
    "InvalidGoalError",
    "InvalidMountError",
    "InvalidPointError",
    "LiftHistory",
    "LiftVerdict",
    "LoadVelocityPoint",
    "LoadVelocityProfile",
    "Mount",
    "MountPosition",
    "Quality",
    "QualityState",
    "RejectedMovement",
    "Rep",
    "RepFinished",
    "SensorGap",
    "SensorInfo",
    "SetAdvice",
    "SetAnalyzer",
    "SetFinished",
    "SetGoal",
    "SetLabel",
    "SetPhase",
    "SetProgress",
    "SetSummary",
    "StreamItem",
    "UnknownExerciseError",
    "VelocityPrior",
    "VelocitySample",
    "advise",
    "analyze",
    "find_exercise",
    "judge_lift",
    "judge_weeks",
    "load_velocity_profile",
]
