"""Customers: who is known, with his tier and the agent who served him last."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.bodies import read_model, read_query
from acd.api.context import Context
from acd.api.importing import TYPES, Reading, read_import, rules_for
from acd.api.numbers import number_of
from acd.api.pauses import unhurried
from acd.api.problems import invalid, not_found
from acd.api.routes import PREFIX, Route, page_of, reply
from acd.api.schemas.base import PageOf
from acd.api.schemas.directory import (
    CustomerIn,
    CustomerOut,
    CustomerRow,
    CustomersQuery,
    ImportedOut,
)
from acd.api.schemas.problem import ErrorItem
from acd.archive import Role
from acd.core.events import Customer
from acd.imports import customer_of, read_customers

_READING: Final[Reading[Customer]] = Reading(
    row=CustomerRow, from_csv=read_customers, from_fields=customer_of
)


async def list_customers(request: web.Request, context: Context) -> web.Response:
    """A page of customers."""
    query = read_query(request, CustomersQuery)
    page = await context.archive.customers(tier=query.tier, limit=query.limit, cursor=query.cursor)
    return await page_of(CustomerOut, page)


async def one_customer(request: web.Request, context: Context) -> web.Response:
    """One customer."""
    number = number_of(request)
    customer = await context.archive.customer(number)
    if customer is None:
        raise not_found(f"No customer has the number {number}.")
    return reply(CustomerOut.model_validate(customer))


async def put_customer(request: web.Request, context: Context) -> web.Response:
    """Make or replace one customer."""
    number = number_of(request)
    asked = await read_model(request, CustomerIn, context.settings.body_bytes)
    fields = {name: value for name, value in asked if value is not None}
    customer, problems = customer_of({"number": number, **fields}, rules_for(request, context))
    if customer is None or problems:
        errors = [ErrorItem(pointer=f"/{column}", detail=what) for column, what in problems]
        raise invalid("The customer cannot be stored.", *errors)
    await context.archive.put_customers([customer])
    context.centre.customer_changed(number, customer)
    stored = await context.archive.customer(number)
    return reply(CustomerOut.model_validate(stored or customer))


async def delete_customer(request: web.Request, context: Context) -> web.Response:
    """Forget one customer."""
    number = number_of(request)
    if not await context.archive.delete_customer(number):
        raise not_found(f"No customer has the number {number}.")
    context.centre.customer_changed(number, None)
    return web.Response(status=204)


async def import_customers(request: web.Request, context: Context) -> web.Response:
    """Make or replace all customers of a file."""
    customers = await read_import(request, context, _READING)
    count = await context.archive.put_customers(customers)
    async for customer in unhurried(customers):
        context.centre.customer_changed(customer.number, customer)
    return reply(ImportedOut(imported=count))


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{PREFIX}/customers",
        handle=list_customers,
        tag="customers",
        summary="Customers",
        role=Role.READONLY,
        query=CustomersQuery,
        answer=PageOf[CustomerOut],
        problems=(400, 422, 503),
    ),
    Route(
        method="POST",
        path=f"{PREFIX}/customers/import",
        handle=import_customers,
        tag="customers",
        summary="Make or replace all customers of a file, or none",
        role=Role.ADMIN,
        body=CustomerRow,
        takes=TYPES,
        many=True,
        answer=ImportedOut,
        problems=(400, 413, 415, 422, 503),
    ),
    Route(
        method="GET",
        path=f"{PREFIX}/customers/{{number}}",
        handle=one_customer,
        tag="customers",
        summary="One customer",
        role=Role.READONLY,
        answer=CustomerOut,
        problems=(404, 422, 503),
    ),
    Route(
        method="PUT",
        path=f"{PREFIX}/customers/{{number}}",
        handle=put_customer,
        tag="customers",
        summary="Make or replace one customer",
        role=Role.SUPERVISOR,
        body=CustomerIn,
        answer=CustomerOut,
        problems=(400, 413, 415, 422, 503),
    ),
    Route(
        method="DELETE",
        path=f"{PREFIX}/customers/{{number}}",
        handle=delete_customer,
        tag="customers",
        summary="Forget one customer",
        role=Role.SUPERVISOR,
        status=204,
        problems=(404, 422, 503),
    ),
)
