"""The sample's worker, as a service would write it."""

from monshin_kit.jobs.worker import run_worker

if __name__ == "__main__":
    run_worker("sample", "monshin_sample_jobs.handlers:HANDLERS")
