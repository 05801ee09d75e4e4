"""What servers say of points is sorted, without what the points tell."""

import pytest

from custom_components.wattwise.history.influx.point_refusal import (
    PointRefusal,
    point_refusal,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # 1.6.7, as seen.
        (
            (
                'partial write: field type conflict: input field "value" on measurement'
                ' "wattwise_reading" is type float, already exists as type string dropped=1'
            ),
            PointRefusal.FIELD_TYPE,
        ),
        (
            (
                "unable to parse 'wattwise_reading,meter=annas_flat value= 1': missing"
                " field value"
            ),
            PointRefusal.LINE,
        ),
        ("time outside range", PointRefusal.TIME_RANGE),
        # 1.8 tsdb/index/inmem, tsdb/shard.go.
        (
            "partial write: max-series-per-database limit exceeded: (1000) dropped=1",
            PointRefusal.SERIES_LIMIT,
        ),
        # 3 Core influxdb3_write.
        ("write buffer error: parsing for line protocol failed", PointRefusal.LINE),
        (
            "invalid column type for column 't', expected iox::column_type::tag",
            PointRefusal.FIELD_TYPE,
        ),
        ("something else", PointRefusal.OTHER),
    ],
)
def test_reasons_of_servers(text: str, kind: PointRefusal) -> None:
    """Each version's words are known; what is new is counted too."""
    assert point_refusal(text) is kind
