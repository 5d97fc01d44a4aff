// Compiles each contract into a JSON file of its name. Same versions in, same bytes out: the compiler and OpenZeppelin
// are pinned by package-lock.json, and the bytecode carries no metadata hash, which would change with every comment.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import solc from "solc";

const here = (name) => new URL(name, import.meta.url);
const require = createRequire(import.meta.url);

const names = ["SandboxAccount", "SandboxDelegations", "SandboxUSDC", "SandboxWallet"];
const file = (name) => `${name}.sol`;

const input = {
  language: "Solidity",
  sources: Object.fromEntries(
    names.map((name) => [file(name), { content: readFileSync(here(file(name)), "utf8") }]),
  ),
  settings: {
    evmVersion: "cancun",
    metadata: { appendCBOR: false, bytecodeHash: "none" },
    optimizer: { enabled: true, runs: 200 },
    outputSelection: { "*": Object.fromEntries(names.map((name) => [name, ["abi", "evm.bytecode.object"]])) },
  },
};

const readImport = (path) => ({ contents: readFileSync(require.resolve(path), "utf8") });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));

const problems = output.errors ?? [];
for (const problem of problems) console.error(problem.formattedMessage);
if (problems.length > 0) process.exit(1);

for (const name of names) {
  const contract = output.contracts[file(name)][name];
  const artifact = { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
  writeFileSync(here(`${name}.json`), `${JSON.stringify(artifact, null, 2)}\n`);
}
