"""Which executor works on the steps of a run: this process, or the workers of a broker."""

import os

import dagster as dg

from workers.settings import BROKER_VARIABLE, CELERY


def choose_executor() -> dg.ExecutorDefinition:
    """In the run's own process, unless a broker is set.

    A new interpreter per step costs more than most steps, and scenes overlap inside their step: on
    one machine nothing is gained by spreading the steps of a run.
    """
    if not os.environ.get(BROKER_VARIABLE):
        return dg.in_process_executor
    from dagster_celery import celery_executor

    address = {"env": BROKER_VARIABLE}
    found: dg.ExecutorDefinition = celery_executor.configured(
        {"broker": address, "backend": address, "config_source": CELERY}
    )
    return found
