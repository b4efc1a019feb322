"""The sample's worker, as a service would write it; its service is named by the test, so that tests do not meet."""

import os

from monshin_kit.jobs.worker import run_worker

if __name__ == "__main__":
    run_worker(os.environ["SAMPLE_SERVICE"], "monshin_sample_jobs.handlers:HANDLERS")
