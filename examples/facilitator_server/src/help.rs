//! What `--help` says of the environment.

/// Every variable, with its default. A test holds this, `example.env` and what is really read together.
pub(crate) const ENVIRONMENT: &str = "\
Environment:
  ONESHOT_API_KEY        1Shot API credentials, all three or none; without them, and without FACILITATOR_URL,
  ONESHOT_API_SECRET     a sandbox is used [default: none]
  ONESHOT_BUSINESS_ID
  ONESHOT_API_URL        1Shot API; http only to this machine [default: https://api.1shotapi.com/v0]
  ONESHOT_FACILITATOR    how 1Shot settles: relayed (a contract method) or native (its x402 endpoints)
                         [default: relayed]
  FACILITATOR_URL        an x402 facilitator to settle through instead of 1Shot and the sandbox [default: none]
  FACILITATOR_TOKENS     bearer tokens, with commas between; who shows none of them gets 401
                         [default: none, and everybody may ask]
  TUNNEL_BASE_URL        this server's public base URL; 1Shot reports to /1shot below it
                         [default: http://127.0.0.1:PORT]
  PAYMENT_TOKEN_ADDRESS  the token that is settled, on Base Sepolia
                         [default: USDC, 0x036CbD53842c5426634e7929541eC2318f3dCF7e]
  RECIPIENT_ADDRESSES    who may be paid, with commas between [default: anybody]
  REPEATS                a settled payment that is settled again: refuse (as spent), or answer (with the same
                         transaction; only for servers that keep a record of the payments they took) [default: refuse]
  MAX_IN_FLIGHT          how many verifications, and how many settlements, are under way at most; who comes then gets
                         503 with Retry-After [default: 256]
  PORT                   the port to listen on; 0 is any [default: 8403]
  LISTEN_ADDRESS         the IP address to listen on [default: 0.0.0.0; in the sandbox 127.0.0.1]
  REDIS_URL              keep claims there, shared by all servers with this account [default: in this process]
  REDIS_LEASE_MS         how long a server that died holds its claims there, in milliseconds [default: 30000]
  SANDBOX_PORT           the sandbox's port; 0 is any [default: 0]
  SANDBOX_BLOCK_TIME_MS  the sandbox's block time in milliseconds [default: 2000]
  RUST_LOG               what is logged, to stderr [default: info]
  LOG_FORMAT             how: text, or json for one object a line [default: text]";
