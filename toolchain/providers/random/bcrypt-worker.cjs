/** A thread that hashes: each message is a password and a salt, each answer its hash, in the same order. */
"use strict";

const { parentPort } = require("node:worker_threads");
const { hashSync } = require("bcryptjs");

parentPort.on("message", ({ password, salt }) => parentPort.postMessage(hashSync(password, salt)));
