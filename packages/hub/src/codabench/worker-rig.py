"""A small Celery consumer that speaks to a hub as an unmodified compute worker does, without running anything.

Its requests, their order and their encodings are those of the recorded traffic. It is strict: whatever a worker of that
generation would stumble over ends the job, and is written to the journal.
"""

import asyncio
import hashlib
import io
import json
import os
import time
import urllib.error
import urllib.request
import zipfile

import requests
import websockets
from celery import Celery

GENERATION = int(os.environ["RIG_GENERATION"])
JOURNAL = os.environ["RIG_JOURNAL"]
PLAN = os.environ["RIG_PLAN"]

app = Celery("compute_worker", broker=os.environ["BROKER_URL"])
app.conf.update(
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_concurrency=1,
    task_ignore_result=True,
    broker_connection_retry=True,
    task_queues=None,
    task_default_queue="compute-worker",
)
from kombu import Exchange, Queue  # noqa: E402

app.conf.task_queues = [
    Queue(
        "compute-worker",
        Exchange("compute-worker"),
        routing_key="compute-worker",
        queue_arguments={"x-max-priority": 10},
    )
]


def note(step, **more):
    with open(JOURNAL, "a", encoding="utf-8") as journal:
        journal.write(json.dumps({"step": step, **more}) + "\n")


class Broken(Exception):
    """What a worker of this generation would stumble over."""


class Job:
    def __init__(self, args, task_id):
        self.args = args
        self.task_id = task_id
        self.api = args["submissions_api_url"]
        self.id = args["id"]
        self.secret = str(args["secret"])
        self.step = "scoring" if args["is_scoring"] else "prediction"
        self.http = requests.Session()
        with open(PLAN, encoding="utf-8") as plan:
            self.plan = json.load(plan)

    def at(self, step, **more):
        note(step, job=self.step, submission=self.id, **more)
        if self.plan.get("pause_at") == f"{self.step}:{step}":
            while not os.path.exists(PLAN + ".go"):
                time.sleep(0.02)

    def say(self, **fields):
        answer = self.http.patch(
            f"{self.api}/submissions/{self.id}/", data={**fields, "secret": self.secret}, timeout=150
        )
        body = answer.text
        self.at(
            "said " + str(fields.get("status", "/".join(fields))),
            http=answer.status_code,
            answer=answer.json() if answer.status_code == 200 else None,
            tells_secret=self.secret in body,
        )
        if answer.status_code != 200:
            # Generation 1 raises, generation 2 logs.
            if GENERATION == 1:
                raise Broken(f"PATCH was answered {answer.status_code}")

    def fetch(self, key):
        url = self.args.get(key)
        if url is None:
            return None
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            self.at("fetched " + key, http=error.code)
            raise Broken("Problem fetching URL to put in folder") from error
        self.at("fetched " + key, http=200, bytes=len(content))
        return content

    def fetch_zip(self, key):
        for _ in range(100):
            content = self.fetch(key)
            if content is None or zipfile.is_zipfile(io.BytesIO(content)):
                return content
            time.sleep(0.05)
        raise Broken("Bad or empty zip file")

    def put(self, key, content, content_type="application/zip"):
        headers = {
            "x-ms-blob-type": "BlockBlob",
            "x-ms-version": "2018-03-28",
            "Content-Type": content_type,
            "Content-Length": str(len(content)),
        }
        answer = self.http.put(self.args[key], data=content, headers=headers, timeout=60)
        self.at("put " + key, http=answer.status_code)

    def socket(self, query, frames):
        url = self.api.removesuffix("/api").replace("http", "ws", 1)
        url += f"/submission_input/{self.args['user_pk']}/{self.id}/{self.secret}/?kind={query}"

        async def send():
            async with websockets.connect(url, open_timeout=10) as socket:
                for frame in frames:
                    await socket.send(json.dumps(frame))

        try:
            asyncio.run(send())
            self.at("socket " + query, accepted=True)
            return 0
        except Exception as error:  # noqa: BLE001 - a refused handshake is the failure of the run, in generation 1
            self.at("socket " + query, accepted=False, error=str(error))
            return 1 if GENERATION == 1 else 0


def zip_of(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def key(first, second):
    return first if GENERATION == 1 else second


def predict(job):
    host = "ingestion_hostname-rig"
    if GENERATION == 1:
        job.say(status="Running", status_details=host)
        job.say(status="Preparing")
    else:
        job.say(status="Preparing")
    submission = job.fetch_zip(key("program_data", "submission_data"))
    job.say(md5=hashlib.md5(submission).hexdigest())
    ingestion = job.fetch_zip(key("ingestion_program", "ingestion_program_data"))
    job.fetch_zip("input_data")
    if GENERATION == 2:
        if job.args.get("human_in_the_loop", False):
            raise Broken("Task rejected")
        if "scoring_program_data" in job.args:
            raise Broken("a prediction run has no scoring program")
        job.say(status="Running", status_details=host)
    if ingestion is not None:
        frames = [{"kind": key("ingestion", "ingestion_program"), "message": "read 4 rows\n"}]
        job.socket(key("ingestion", "ingestion_program"), frames)
        job.put("prediction_ingestion_stdout", b"read 4 rows\n")
    job.say(status="Scoring")
    job.put("prediction_result", zip_of(predictions="1,2,3"))


def score(job):
    host = "scoring_hostname-rig"
    if GENERATION == 1:
        job.say(status="Running", status_details=host)
    else:
        job.say(status="Preparing")
    job.fetch_zip(key("program_data", "scoring_program_data"))
    if GENERATION == 2:
        job.fetch_zip("submission_data")
    job.fetch_zip("reference_data")
    predictions = job.fetch_zip("prediction_result")
    if zipfile.ZipFile(io.BytesIO(predictions)).read("predictions") != b"1,2,3":
        raise Broken("these are not the predictions")
    if GENERATION == 2:
        job.say(status="Running", status_details=host)
    kind = key("program", "scoring_program")
    frames = [{"kind": kind, "message": job.plan.get("prints", "scored 4 rows")}, {"kind": kind, "message": "\n"}]
    code = job.socket(kind, frames)
    if "detailed_results_url" in job.args:
        job.put("detailed_results_url", b"<!doctype html><script>alert(1)</script>", "text/html")
        job.socket("detailed_results", [{"kind": "detailed_result_update"}])
    job.put("scoring_stdout", b"scored 4 rows\n")
    code = code or job.plan.get("exit_code", 0)
    if code != 0:
        job.say(status="Failed", status_details=f"program_rc={code}, async=[0]")
        job.say(status="Failed", status_details="Child task failed or non-zero return code")
        return
    job.say(status="Finished")
    for _ in range(job.plan.get("posts", 1)):
        scores = job.plan.get("scores")
        if scores is None:
            job.say(status="Failed", status_details="Could not find scores file, did the scoring program output it?")
            return
        answer = job.http.post(
            f"{job.api}/upload_submission_scores/{job.id}/", json={"secret": job.secret, "scores": scores}
        )
        job.at("posted scores", http=answer.status_code, bytes=len(answer.content))
    job.put("scoring_result", zip_of(metadata="exitCode: 0"))


@app.task(name="compute_worker_run", bind=True)
def run(self, run_args):
    job = Job(run_args, self.request.id)
    job.at(
        "received",
        task=self.request.id,
        redelivered=bool(self.request.delivery_info.get("redelivered")),
        priority=self.request.delivery_info.get("priority"),
        timelimit=self.request.timelimit,
        argsrepr=self.request.argsrepr,
        secret_type=type(run_args["secret"]).__name__,
        keys=sorted(run_args),
        args={name: value for name, value in run_args.items() if name != "secret"},
    )
    try:
        (score if run_args["is_scoring"] else predict)(job)
        job.at("done")
    except Broken as error:
        job.at("broken", why=str(error))
        try:
            job.say(status="Failed", status_details=str(error))
        except Broken:
            pass
        job.at("gave up")
