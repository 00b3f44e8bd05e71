from django.test import Client


def test_in_development_the_machine_by_its_number_leads_to_the_sites_own_name() -> None:
    at_number = {"HTTP_HOST": "127.0.0.1:8000"}

    asked = Client().get("/write", **at_number)  # type: ignore[arg-type]  # django-stubs types only its own names
    signing_in = Client().get(asked.headers["Location"], **at_number)  # type: ignore[arg-type]  # likewise

    assert signing_in.headers["Location"] == "http://localhost:8000/sign-in?next=%2Fwrite"
