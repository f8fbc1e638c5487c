"""Customers: who is known, with his tier and the agent who served him last."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from acd.api.context import Context
from acd.api.importing import Reading
from acd.api.numbered import Numbered
from acd.api.numbers import number_of
from acd.api.problems import not_found
from acd.api.routes import PREFIX, Route, reply
from acd.api.schemas.base import PageOf
from acd.api.schemas.directory import CustomerIn, CustomerOut, CustomerRow, CustomersQuery
from acd.archive import Archive, Page, Role
from acd.core.events import Customer
from acd.imports import customer_of, read_customers

_MISSING: Final = "No customer has the number {}."


async def one_customer(request: web.Request, context: Context) -> web.Response:
    """One customer."""
    number = number_of(request, context)
    customer = await context.archive.customer(number)
    if customer is None:
        raise not_found(_MISSING.format(number))
    return reply(CustomerOut.model_validate(customer))


async def _page(archive: Archive, query: CustomersQuery) -> Page[Customer]:
    return await archive.customers(tier=query.tier, limit=query.limit, cursor=query.cursor)


async def _stored(archive: Archive, customer: Customer) -> Customer:
    """With the last agent who is known, where it named none."""
    return await archive.customer(customer.number) or customer


_CUSTOMERS: Final = Numbered(
    path="customers",
    tag="customers",
    thing="customer",
    things="customers",
    missing=_MISSING,
    summary="Customers",
    put_summary="Make or replace one customer",
    delete_summary="Forget one customer",
    query=CustomersQuery,
    body=CustomerIn,
    answer=CustomerOut,
    pages=PageOf[CustomerOut],
    reading=Reading(row=CustomerRow, from_csv=read_customers, from_fields=customer_of),
    page=_page,
    put=lambda archive, customers: archive.put_customers(customers),
    delete=lambda archive, number: archive.delete_customer(number),
    stored=_stored,
    tell=lambda centre, number, customer: centre.customer_changed(number, customer),
)
ROUTES: Final = (
    *_CUSTOMERS.routes(),
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
)
