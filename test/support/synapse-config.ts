import { randomBytes } from "node:crypto";
import { join } from "node:path";

/** How much a test server lets one client do: `none` practically everything, `low` makes it answer 429 soon. */
export type RateLimits = "none" | "low";

/** What {@link synapseConfig} writes down. */
export interface SynapseConfigOptions {
  readonly folder: string;
  /** Where clients ask, in plain HTTP. */
  readonly port: number;
  /** Where other servers ask, over TLS: part of the server's name. */
  readonly federationPort: number;
  readonly rateLimits: RateLimits;
}

/** The name of a test server: with a port in it other servers need neither DNS nor a `.well-known` file to find it. */
export const serverNameAt = (federationPort: number): string => `localhost:${federationPort}`;

/** Every limit of a Synapse that a client's request can meet; two of them hold several limits. */
const LIMITS = ["message", "registration", "joins_per_room", "reports", "room_creation", "user_directory", "profile"];
const NESTED_LIMITS = {
  login: ["address", "account", "failed_attempts"],
  joins: ["local", "remote"],
  invites: ["per_room", "per_user", "per_issuer"],
  presence: ["per_user"],
};

/**
 * How servers on loopback find and trust each other: no certificate is checked, no address is forbidden, and one that
 * was restarted is asked again at once (as shipped it would be left alone for ten minutes).
 */
const federation = {
  federation_verify_certificates: false,
  ip_range_blacklist: [],
  federation_ip_range_blacklist: [],
  // Milliseconds.
  federation: {
    max_short_retry_delay: 100,
    max_long_retry_delay: 1000,
    destination_min_retry_interval: 1,
    destination_retry_multiplier: 1,
    destination_max_retry_interval: 1,
  },
  trusted_key_servers: [],
  suppress_key_server_warning: true,
};

/**
 * The configuration files of a Synapse for tests, by name: open registration, SQLite, a listener for clients and one for
 * other servers, both on loopback, the latter with the certificate `tls.crt` and its key `tls.key`, which are the
 * caller's. JSON, which YAML includes. Whatever is not named here, CORS among it, is as Synapse ships it.
 */
export function synapseConfig(options: SynapseConfigOptions): Map<string, string> {
  const { folder, port, federationPort, rateLimits } = options;
  const limit = rateLimits === "low" ? { per_second: 0.5, burst_count: 2 } : { per_second: 1e5, burst_count: 1e5 };
  const limits: Record<string, unknown> = {};
  for (const name of LIMITS) limits[`rc_${name}`] = limit;
  for (const [name, parts] of Object.entries(NESTED_LIMITS)) {
    limits[`rc_${name}`] = Object.fromEntries(parts.map((part) => [part, limit]));
  }
  const listener = (at: number, tls: boolean): object => ({
    port: at,
    type: "http",
    tls,
    bind_addresses: ["127.0.0.1"],
    resources: [{ names: [tls ? "federation" : "client"] }],
  });
  const homeserver = {
    server_name: serverNameAt(federationPort),
    pid_file: join(folder, "homeserver.pid"),
    // In this order: when a client is answered, other servers are, too.
    listeners: [listener(federationPort, true), listener(port, false)],
    tls_certificate_path: join(folder, "tls.crt"),
    tls_private_key_path: join(folder, "tls.key"),
    database: { name: "sqlite3", args: { database: join(folder, "homeserver.db") } },
    media_store_path: join(folder, "media"),
    signing_key_path: join(folder, "signing.key"),
    log_config: join(folder, "log.json"),
    enable_registration: true,
    enable_registration_without_verification: true,
    bcrypt_rounds: 4,
    report_stats: false,
    macaroon_secret_key: randomBytes(16).toString("hex"),
    form_secret: randomBytes(16).toString("hex"),
    ...federation,
    ...limits,
  };
  const log = {
    version: 1,
    formatters: { short: { format: "%(asctime)s %(levelname)s %(name)s %(message)s" } },
    handlers: { console: { class: "logging.StreamHandler", formatter: "short" } },
    root: { level: "INFO", handlers: ["console"] },
    disable_existing_loggers: false,
  };
  return new Map([
    ["homeserver.json", JSON.stringify(homeserver)],
    ["log.json", JSON.stringify(log)],
    ["signing.key", `ed25519 a_test ${randomBytes(32).toString("base64").replace(/=+$/, "")}\n`],
  ]);
}
