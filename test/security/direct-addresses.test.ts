import { describe, expect, it } from "vitest";
import { createFieldReader } from "../../src/matrix/reading/field-reader.js";
import { publicAddress } from "../../src/matrix/reading/public-address.js";
import { field, readingStage } from "../support/reading-stage.js";
import { json } from "../support/scripted-fetch.js";

/** Hosts that lead, or could lead, into the reader's own network or machine, as a stranger would write them. */
const insideHosts = [
  ..."127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0X7F.0.0.1 0177.0.0.1 017700000001 127.0.0.1. 127.0.0.0x1".split(
    " ",
  ),
  ..."0 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 255.255.255.255 1.1.1.1 8.8.8.8".split(
    " ",
  ),
  ..."127。0。0。1 １２７.0.0.1 ①②⑦.0.0.1 127%2e0.0.1 1%327.0.0.1".split(" "),
  ..."[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1] [fe80::1] [fc00::1] [2001:db8::1] [0:0:0:0:0:0:0:1]".split(
    " ",
  ),
  ..."localhost LOCALHOST localhost. loc%61lhost ⓛocalhost loc\u00adalhost foo.localhost foo.LocalHost a.b.localhost".split(
    " ",
  ),
  ..."intranet router homeserver com org xn--mnchen-3ya".split(" "),
  ..."printer.local printer.LOCAL printer.local. db.internal metadata.google.internal nas.lan nas.home nas.home.arpa".split(
    " ",
  ),
  ..."1.0.0.127.in-addr.arpa mail.corp wiki.intranet box.private host.localdomain hidden.onion name.alt a.test a.invalid".split(
    " ",
  ),
  ..."example.org. example..org .example.org example.org.. -a.example.org a-.example.org example.1 example.0x7f".split(
    " ",
  ),
  `${"a".repeat(64)}.example.org`,
  `${"a.".repeat(130)}org`,
];

describe("an address that a stranger's data gives", () => {
  it.each(insideHosts)("is never https://%s", (host) => {
    expect(publicAddress(`https://${host}/`)).toBeUndefined();
    expect(publicAddress(`https://${host}:8448/_matrix`)).toBeUndefined();
  });

  it.each([
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:application/json,{}",
    "blob:https://example.org/1",
    "ws://example.org/",
    "https://user@example.org/",
    "https://user:password@example.org/",
    "https://:password@example.org/",
    "https://example.org:password@localhost/",
    "//example.org/",
    "example.org",
    "",
    "https://",
    "https:///",
    "https://exa mple.org/",
    "https://example.org:65536/",
    `https://example.org/${"a".repeat(2000)}`,
  ])("is never %s", (text) => {
    expect(publicAddress(text)).toBeUndefined();
  });

  it.each([
    ["https://example.org", "https://example.org/"],
    ["https://EXAMPLE.org:443/", "https://example.org/"],
    ["https://matrix.example.org:8448/base/", "https://matrix.example.org:8448/base/"],
    ["https://example.org/?token=1#fragment", "https://example.org/"],
    ["https://münchen.example/", "https://xn--mnchen-3ya.example/"],
    ["https://my_server.example.org/", "https://my_server.example.org/"],
    ["https://example.xn--p1ai/", "https://example.xn--p1ai/"],
    ["https://example.org\\@localhost/", "https://example.org/@localhost/"],
    ["https://a.b.c.d.example.org/", "https://a.b.c.d.example.org/"],
    ["https://localhost.example.org/", "https://localhost.example.org/"],
    ["https://127.0.0.1.example.org/", "https://127.0.0.1.example.org/"],
  ])("may be %s", (text, href) => {
    expect(publicAddress(text)?.href).toBe(href);
  });

  it.each<[string, string, boolean]>([
    ["localhost", "https://localhost/", true],
    ["localhost", "https://localhost:8448/", true],
    ["LOCALHOST", "https://localhost/", true],
    ["localhost:8448", "https://localhost:8448/", true],
    ["localhost:8448", "https://localhost:8449/", false],
    ["localhost:8448", "https://localhost/", false],
    ["localhost:443", "https://localhost/", true],
    ["localhost:443", "https://localhost:8448/", false],
    ["127.0.0.1", "https://0x7f.1/", true],
    ["[::1]", "https://[0:0::1]:8448/", true],
    ["[::1]:8448", "https://[::1]/", false],
    ["nas.lan", "https://other.nas.lan/", false],
    ["lan", "https://nas.lan/", false],
    ["", "https://localhost/", false],
    ["localhost", "http://localhost/", false],
    ["localhost", "https://me@localhost/", false],
  ])("where the caller named %j, %s is allowed: %s", (name, text, isAllowed) => {
    expect(publicAddress(text, [name]) !== undefined).toBe(isAllowed);
  });
});

describe("an owner's server", () => {
  /** Every host that was asked beside the own server, when `userId` is read. */
  async function hostsAsked(userId: string, baseUrl?: string, direct: true | string[] = true): Promise<string[]> {
    const stage = await readingStage();
    stage.hasProfileFields = false;
    stage.intercept = ({ url }) => {
      if (url.host === "hs.example.org") return undefined;
      const isDiscovery = url.pathname === "/.well-known/matrix/client";
      return json(isDiscovery && baseUrl !== undefined ? { "m.homeserver": { base_url: baseUrl } } : { [field]: {} });
    };
    const { signal } = new AbortController();
    const read = createFieldReader({ http: stage.http(), signal, reader: stage.reader, direct });
    await read(userId);
    return stage.seen.map(({ url }) => url.host).filter((host) => host !== "hs.example.org");
  }

  it.each(insideHosts)("is never asked at its name %s", async (host) => {
    expect(await hostsAsked(`@alice:${host}`)).toEqual([]);
    expect(await hostsAsked(`@alice:${host}:8448`)).toEqual([]);
  });

  it.each([
    "example.net/path",
    "example.net?query",
    "example.net#fragment",
    "me@example.net",
    "example.net\\",
    "example.net:",
    "example.net:8448:8448",
    "example.net:port",
    " example.net",
    "exa\tmple.net",
    "example.net%00",
    "example.net:99999",
  ])("is never asked where its name is %j", async (name) => {
    expect(await hostsAsked(`@alice:${name}`)).toEqual([]);
  });

  it.each(insideHosts)("is never asked where it says that it is: https://%s", async (host) => {
    expect(await hostsAsked("@alice:example.net", `https://${host}`)).toEqual(["example.net"]);
  });

  it.each([
    "http://matrix.example.net",
    "https://me:secret@matrix.example.net",
    "matrix.example.net",
    "javascript:alert(1)",
  ])("is never asked where it says that it is: %s", async (baseUrl) => {
    expect(await hostsAsked("@alice:example.net", baseUrl)).toEqual(["example.net"]);
  });

  it.each(["https://matrix.example.net//localhost", "https://matrix.example.net//127.0.0.1:80/../"])(
    "is asked at its own host, whatever the path of %s says",
    async (baseUrl) => {
      expect(new Set(await hostsAsked("@alice:example.net", baseUrl))).toEqual(
        new Set(["example.net", "matrix.example.net"]),
      );
    },
  );

  it("is asked at an address of the own network only if the caller named it", async () => {
    expect(await hostsAsked("@alice:localhost:8448", undefined, ["localhost"])).not.toEqual([]);
    expect(await hostsAsked("@alice:localhost:8448", undefined, ["localhost:8448"])).toEqual(["localhost:8448"]);
    expect(await hostsAsked("@alice:localhost:8449", undefined, ["localhost:8448"])).toEqual([]);
    expect(await hostsAsked("@alice:example.net", "https://localhost:8448", ["localhost:8448"])).toEqual([
      "example.net",
      "localhost:8448",
    ]);
  });
});
