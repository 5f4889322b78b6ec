"""Publishes a job, or revokes one, by Celery itself, as a Codabench site does: {"do", "url", "id", ...} on standard input."""
import json
import sys
import uuid

from celery import Celery
from kombu import Exchange, Queue

given = json.load(sys.stdin)
app = Celery(broker=given["url"])
app.conf.task_queues = [
    Queue("compute-worker", Exchange("compute-worker"), routing_key="compute-worker", queue_arguments={"x-max-priority": 10})
]
if given["do"] == "publish":
    arguments = given["arguments"]
    arguments["secret"] = uuid.UUID(given["secret"])
    app.send_task(
        "compute_worker_run",
        args=(arguments,),
        queue="compute-worker",
        task_id=given["id"],
        priority=given["priority"],
        soft_time_limit=1260,
    )
else:
    app.control.revoke(given["id"], terminate=True)
