import fc from "fast-check";
import { CountersignError } from "matrix-countersign";
import { expect, it } from "vitest";
import { openReading, readBundle } from "../../src/client/reading/reader-side.js";
import { publicAddress } from "../../src/matrix/reading/public-address.js";
import { readRoom } from "../../src/matrix/reading/read-room.js";
import { field, readingStage } from "../support/reading-stage.js";

const stage = await readingStage();
const alice = await stage.owner();
const bob = await stage.owner("@bob:example.net");
const approved = await alice.approved();
const roomId = "!company:example.org";

/** Members that mean something to a reader, with anything in them. */
const loaded: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(alice.userId, approved, alice.master.object, alice.selfSigningObject, alice.vouch, {}, null),
  fc
    .tuple(fc.constantFrom(...Object.keys(approved), "__proto__", "constructor"), fc.jsonValue())
    .map(([name, value]) => Object.fromEntries([...Object.entries(approved), [name, value]])),
);

const event = fc.record(
  {
    type: fc.constantFrom<unknown>(field, "m.room.member", "m.room.tombstone", 1),
    state_key: fc.constantFrom<unknown>(alice.userId, bob.userId, stage.reader, "", "__proto__", 1),
    sender: fc.constantFrom<unknown>(alice.userId, bob.userId, "__proto__", null),
    content: fc.oneof(loaded, fc.constantFrom({ membership: "join" }, { membership: "leave" })),
  },
  { requiredKeys: [] },
);

const answers = fc.record({
  keys: fc.oneof(fc.constant(undefined), loaded),
  selfSigning: fc.oneof(fc.constant(alice.selfSigningObject), loaded),
  profile: loaded,
  state: fc.oneof(fc.array(fc.oneof(event, loaded), { maxLength: 8 }), loaded),
  wellKnown: fc.oneof(loaded, fc.webUrl({ validSchemes: ["https", "http"] })),
  bundle: loaded,
  status: fc.constantFrom(200, 200, 200, 403, 404, 500),
});

it("whatever servers answer, every user is read, and nobody's key but their own counts", async () => {
  await fc.assert(
    fc.asyncProperty(answers, fc.boolean(), async (said, hasProfileFields) => {
      const body = (value: unknown, status = 200) => new Response(JSON.stringify(value) ?? "", { status });
      stage.intercept = ({ url }) => {
        const { pathname } = url;
        if (pathname.endsWith("/keys/query")) {
          const keys = { [alice.userId]: said.keys ?? alice.master.object, [bob.userId]: bob.master.object };
          return body({ master_keys: keys, self_signing_keys: { [alice.userId]: said.selfSigning } });
        }
        if (pathname.endsWith("/state")) return body(said.state, said.status);
        if (pathname.includes("/.well-known/")) return body({ "m.homeserver": { base_url: said.wellKnown } });
        if (!hasProfileFields && url.host === "hs.example.org") return body({ errcode: "M_UNRECOGNIZED" }, 404);
        return body({ [field]: said.profile }, said.status);
      };
      const bundles = new Map(isObject(said.bundle) ? [[alice.userId, [said.bundle]]] : []);
      const { signal } = new AbortController();
      const context = { http: stage.http(), now: () => stage.now, signal, reader: stage.reader };
      const sources = stage.sources({ rooms: [roomId], direct: true, bundles, fresh: true });
      const identities = await openReading(sources, context)([alice.userId, bob.userId, "__proto__"]);
      expect([...identities.keys()]).toEqual([alice.userId, bob.userId, "__proto__"]);
      for (const [userId, { masterKey, signatures }] of identities) {
        expect([undefined, userId]).toContain(masterKey?.userId);
        for (const signature of signatures) expect(signature.userId).toBe(userId);
      }
      for (const [userId, seen] of await stage.store.getManifests([alice.userId, bob.userId])) {
        for (const { manifest } of seen) expect(manifest.user_id).toBe(userId);
      }
    }),
    { numRuns: 600 },
  );
});

it("whatever a room's state is, only events of their own sender are read", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(event, loaded), { maxLength: 12 }), async (state) => {
      stage.intercept = () => new Response(JSON.stringify(state));
      const { manifests } = await readRoom(roomId, stage.reader, stage.http(), new AbortController().signal);
      for (const [userId, content] of manifests) {
        expect(state).toContainEqual(expect.objectContaining({ type: field, state_key: userId, sender: userId }));
        expect(isObject(content)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

it("every bundle is read or refused", () => {
  const texts = fc.oneof(
    loaded.map((value) => JSON.stringify(value)),
    fc.array(loaded).map((manifests) => JSON.stringify({ manifests })),
    fc.string(),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(texts, (input) => {
      try {
        for (const [userId, manifests] of readBundle(input)) {
          for (const manifest of manifests) expect(manifest.user_id).toBe(userId);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(CountersignError);
      }
    }),
    { numRuns: 3000 },
  );
});

it("no address that is asked has an IP address, a single label or a name of the local network", () => {
  const octet = fc.nat({ max: 300 });
  const hosts = fc.oneof(
    fc.ipV4Extended(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.tuple(octet, octet, octet, octet).map((octets) => octets.join(".")),
    fc.domain(),
    fc.domain().map((name) => `${name}.local`),
    fc.string({ maxLength: 30 }),
  );
  fc.assert(
    fc.property(hosts, fc.constantFrom("", ":8448", ":0", "/path", "?x", "@example.org"), (host, rest) => {
      const address = publicAddress(`https://${host}${rest}`);
      if (!address) return;
      const { protocol, username, hostname } = new URL(address.href);
      expect({ protocol, username }).toEqual({ protocol: "https:", username: "" });
      expect(hostname).toMatch(/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/);
      expect(hostname).not.toMatch(/\.(?:[0-9]+|0x[0-9a-f]*|local|localhost|internal)$/);
    }),
    { numRuns: 5000 },
  );
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
