"""Forms of answers that every part of the API shares. Fields that are not told here are never sent."""

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import ConfigDict, WithJsonSchema

Instant = Annotated[datetime, WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, WithJsonSchema({"type": "string", "format": "date"})]


class Told(Schema):
    """A form that is published: nothing more is sent."""

    model_config = ConfigDict(extra="forbid")


class Label(Told):
    code: str = Field(description="Code stable.")
    label: str = Field(description="Libellé en français ; il peut changer.")


class FieldErrorOut(Told):
    location: str = Field(description="query, path ou body.", examples=["query"])
    field: str = Field(description="Chemin de la valeur : « aids.0.amount ».", examples=["limit"])
    code: str = Field(description="Code de l’erreur.")
    message: str = Field(description="Ce qui ne va pas, en français.")


class ProblemOut(Told):
    """Une erreur, dans la forme de la RFC 9457."""

    type: str = Field(description="Adresse où l’erreur est expliquée.", examples=["/api/#erreur-404"])
    title: str = Field(examples=["Introuvable"])
    status: int = Field(examples=[404])
    detail: str = Field(description="Ce qui ne va pas et comment continuer.")
    instance: str = Field(description="Chemin de la requête.")
    errors: list[FieldErrorOut] | None = Field(None, description="Les valeurs en cause, s’il y en a.")
