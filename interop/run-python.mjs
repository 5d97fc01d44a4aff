// Runs every case in Python, with the interpreter of .venv or of PYTHON: node run-python.mjs [PATH OF premium_server]
import { beside, runCases } from "./cases.mjs";

const python = process.env.PYTHON ?? beside(".venv/bin/python");

await runCases(["sync", "async"].map((kind) => [python, "oneshot_client.py", kind]));
