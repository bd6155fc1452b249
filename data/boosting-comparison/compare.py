"""Compare gradient boosting libraries on the same folds, with the same budget, and keep every score.

    OMP_NUM_THREADS=1 python data/boosting-comparison/compare.py [DATA SET …]

writes `results.csv` beside this script: a row for each data set, fold and model. Chapter 07 runs
this file to repeat one fold of `ames` and to score weeks of `flights` by those before, and reads the
rest. Everything that could favour one side stands in `BUDGET` and below it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.metrics import roc_auc_score, root_mean_squared_error
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from roadbook import data

BUDGET = {"rounds": 500, "learning_rate": 0.1, "depth": 6, "leaves": 31, "patience": 30}
REPEATS, PARTS = 2, 5


@dataclass
class Task:
    """A table, what to predict, and which rows belong together."""

    X: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray | None
    binary: bool

    def score(self, y: np.ndarray, predicted: np.ndarray) -> float:
        """ROC AUC for classes (higher is better), root mean squared error else (lower is better)."""
        return float(roc_auc_score(y, predicted) if self.binary else root_mean_squared_error(y, predicted))


def ames() -> Task:
    """Log of the sale price from all that was known of the house before the sale."""
    table = data.load("ames").drop(columns=["Sale_Type", "Sale_Condition"])
    y = np.log(table.pop("Sale_Price").to_numpy())
    words = table.select_dtypes("object").columns
    table[words] = table[words].fillna("None").astype("category")
    return Task(table, y, None, binary=False)


def flights(n: int = 60_000) -> Task:
    """Whether a flight lands over an hour late, from timetable and weather at the hour of departure."""
    table = data.load("flights").dropna(subset=["arr_delay"])
    table = table.sample(n, random_state=0).sort_index()
    weather = data.load("weather").drop(columns=["year", "month", "day", "hour"])
    date = pd.to_datetime(table[["year", "month", "day"]])
    table["weekday"] = date.dt.weekday
    table = table.merge(weather, on=["origin", "time_hour"], how="left")
    words = ["carrier", "origin", "dest"]
    table[words] = table[words].astype("category")
    numbers = ["hour", "minute", "weekday", "distance", "temp", "dewp", "humid", "wind_dir", "wind_speed"]
    columns = [*words, *numbers, "precip", "pressure", "visib"]
    week = (date.dt.dayofyear.to_numpy() - 1) // 7
    return Task(table[columns], (table["arr_delay"] > 60).to_numpy(), week, binary=True)


TASKS = {"ames": ames, "flights": flights}


def folds(task: Task, part: int = 0) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rows to fit on, rows to stop on, rows to score: the same for every model. Groups stay whole.

    Which fifth of the training rows is kept to stop on is `part`.
    """
    for repeat in range(REPEATS):
        kind = KFold if task.groups is None else GroupKFold
        for train, test in kind(PARTS, shuffle=True, random_state=repeat).split(task.X, groups=task.groups):
            inner = None if task.groups is None else task.groups[train]
            inner_folds = kind(PARTS, shuffle=True, random_state=repeat).split(train, groups=inner)
            fit, stop = list(inner_folds)[part]
            yield train[fit], train[stop], test


def linear(task: Task, rows: tuple[np.ndarray, ...], seed: int) -> tuple[np.ndarray, int]:
    """The baseline: one-hot columns, standardised numbers, a penalty chosen inside the training rows."""
    fit, stop, test = rows
    words = list(task.X.select_dtypes("category"))
    numbers = [column for column in task.X if column not in words]
    prepare = make_column_transformer(
        (OneHotEncoder(min_frequency=5, handle_unknown="infrequent_if_exist"), words),
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
    )
    train = np.concatenate([fit, stop])  # it needs no rows to stop on
    if task.binary:
        model = LogisticRegressionCV(
            Cs=[0.01, 0.1, 1],
            l1_ratios=(0,),
            cv=3,
            max_iter=500,
            scoring="neg_log_loss",
            use_legacy_attributes=False,
        )
    else:
        model = RidgeCV(np.logspace(-1, 3, 9))
    pipeline = make_pipeline(prepare, model).fit(task.X.iloc[train], task.y[train])
    X = task.X.iloc[test]
    return (pipeline.predict_proba(X)[:, 1] if task.binary else pipeline.predict(X)), 0


def boosted(name: str, task: Task, rows: tuple[np.ndarray, ...], seed: int) -> tuple[np.ndarray, int]:
    """Fit one library within the budget; return predictions for the test rows and the rounds kept."""
    (X, Xs, Xt), (y, ys) = (task.X.iloc[r] for r in rows), (task.y[r] for r in rows[:2])
    rounds, rate, depth, leaves, patience = BUDGET.values()
    binary = task.binary
    if name == "XGBoost":
        kind = xgboost.XGBClassifier if binary else xgboost.XGBRegressor
        model: Any = kind(
            n_estimators=rounds,
            learning_rate=rate,
            max_depth=depth,
            early_stopping_rounds=patience,
            eval_metric="logloss" if binary else "rmse",
            tree_method="hist",
            enable_categorical=True,
            n_jobs=1,
            random_state=seed,
            verbosity=0,
        )
        model.fit(X, y, eval_set=[(Xs, ys)], verbose=False)
        used = model.best_iteration + 1
    elif name == "LightGBM":
        kind = lightgbm.LGBMClassifier if binary else lightgbm.LGBMRegressor
        model = kind(
            n_estimators=rounds,
            learning_rate=rate,
            num_leaves=leaves,
            n_jobs=1,
            random_state=seed,
            verbose=-1,
        )
        callbacks = [lightgbm.early_stopping(patience, verbose=False)]
        metric = "binary_logloss" if binary else "rmse"
        model.fit(X, y, eval_X=Xs, eval_y=ys, eval_metric=metric, callbacks=callbacks)
        used = model.best_iteration_
    elif name == "CatBoost":
        kind = catboost.CatBoostClassifier if binary else catboost.CatBoostRegressor
        model = kind(
            iterations=rounds,
            learning_rate=rate,
            depth=depth,
            early_stopping_rounds=patience,
            cat_features=list(task.X.select_dtypes("category")),
            thread_count=1,
            random_seed=seed,
            verbose=False,
            allow_writing_files=False,
        )
        model.fit(X, y, eval_set=(Xs, ys))
        used = model.best_iteration_ + 1
    else:
        kind = HistGradientBoostingClassifier if binary else HistGradientBoostingRegressor
        model = kind(
            max_iter=rounds,
            learning_rate=rate,
            max_leaf_nodes=leaves,
            early_stopping=True,
            n_iter_no_change=patience,
            tol=0,
            categorical_features="from_dtype",
            random_state=seed,
        )
        model.fit(X, y, X_val=Xs, y_val=ys)
        used = model.n_iter_
    return (model.predict_proba(Xt)[:, 1] if binary else model.predict(Xt)), int(used)


LIBRARIES = ["scikit-learn", "XGBoost", "LightGBM", "CatBoost"]
AGAIN = "LightGBM again"  # the same library with other rows to stop on: what chance alone does


def main(names: list[str]) -> None:
    """Score every model on every fold and write the table."""
    found = []
    for name in names:
        task = TASKS[name]()
        for fold, (rows, others) in enumerate(zip(folds(task), folds(task, part=1), strict=True)):
            for model in ["linear", *LIBRARIES, AGAIN]:
                began = time.process_time()
                if model == "linear":
                    predicted, used = linear(task, rows, fold)
                elif model == AGAIN:
                    predicted, used = boosted("LightGBM", task, others, fold)
                else:
                    predicted, used = boosted(model, task, rows, fold)
                seconds = time.process_time() - began
                score = task.score(task.y[rows[2]], predicted)
                found.append((name, fold, model, round(score, 5), used, round(seconds, 1)))
    columns = ["data", "fold", "model", "score", "trees", "cpu_seconds"]
    pd.DataFrame(found, columns=columns).to_csv(Path(__file__).with_name("results.csv"), index=False)


if __name__ == "__main__":
    main(sys.argv[1:] or list(TASKS))
