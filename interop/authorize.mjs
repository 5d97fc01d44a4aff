// Prints an authorization that the sandbox's buyer has signed, for cases in other languages.
import { key } from "./facts.mjs";
import { authorize } from "./authorization.mjs";

console.log(JSON.stringify(await authorize(key)));
