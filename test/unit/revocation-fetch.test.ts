import { beforeEach, describe, expect, it } from "vitest";
import { CertificatePool } from "../../src/algorithms/shared/certificate-pool.js";
import { validatePaths } from "../../src/algorithms/shared/certification-path.js";
import { RevocationEvidence } from "../../src/algorithms/shared/revocation-evidence.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, makeLeaf, read, type TestCertificate, testTime } from "../support/certificates.js";
import { makeList, makeOcspAnswer } from "../support/revocation-data.js";

const { crlDistributionPoints, ocspAddress } = certificateExtension;
const root = makeAuthority({ subject: "Root" });
const listAt = (address: string) => crlDistributionPoints({ fullName: [generalName.uri(address)] });

type Answer = Uint8Array<ArrayBuffer> | Response | Error | "never";
let asked: { url: string; init: RequestInit }[] = [];
beforeEach(() => {
  asked = [];
});

/** Judges a leaf with a caller's fetch that knows these addresses. */
async function judge(
  leaf: TestCertificate,
  answers: Record<string, Answer>,
  evidence = new RevocationEvidence(),
  more: { hosts?: string[]; at?: number; timeoutMs?: number; signal?: AbortSignal; roots?: TestCertificate[] } = {},
) {
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    asked.push({ url, init });
    const answer = answers[url];
    if (answer === "never") return new Promise(() => {});
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error("unknown address");
    return answer instanceof Response ? answer : new Response(answer);
  };
  const { hosts, timeoutMs, at = testTime, signal, roots = [root] } = more;
  const options = { fetch, ...(hosts && { hosts }), ...(timeoutMs !== undefined && { timeoutMs }) };
  return validatePaths({
    leaf: await read(leaf),
    presented: [],
    roots: new CertificatePool(await Promise.all(roots.map(read))),
    at,
    ...(signal && { signal }),
    revocation: { mode: "hard-fail", evidence, fetch: options },
  });
}

describe("fetching what is known of revocation", () => {
  const list = "http://crl.example.org/root.crl";
  const responder = "http://ocsp.example.org/";
  const listed = makeLeaf({ issuer: root, extensions: [listAt(list)] });
  const both = makeLeaf({ issuer: root, extensions: [listAt(list), ocspAddress(responder)] });

  it("asks for lists without credentials, redirects and referrer", async () => {
    expect((await judge(listed, { [list]: makeList({ issuer: root }) })).code).toBe("valid");
    expect(asked).toMatchObject([
      { url: list, init: { credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" } },
    ]);
    expect((await judge(listed, { [list]: makeList({ issuer: root, revoked: [{ certificate: listed }] }) })).code).toBe(
      "cert-revoked",
    );
  });

  it("asks responders first, and no more than is needed", async () => {
    const answer = makeOcspAnswer({ certificate: both, issuer: root });
    expect((await judge(both, { [responder]: answer })).code).toBe("valid");
    expect(asked.map(({ url, init }) => [url, init.method])).toEqual([[responder, "POST"]]);
    expect((await judge(both, { [responder]: new Error("down"), [list]: makeList({ issuer: root }) })).code).toBe(
      "valid",
    );
  });

  it("asks nobody where the evidence says enough, and about no certificate that is chained to no root", async () => {
    const evidence = new RevocationEvidence({ lists: [makeList({ issuer: root })] });
    expect((await judge(both, {}, evidence)).code).toBe("valid");
    expect((await judge(both, {}, undefined, { roots: [makeAuthority({ subject: "Root" })] })).code).toBe("no-path");
    expect(asked).toEqual([]);
  });

  it("keeps what it got, asks the same thing once a minute, and once for all who wait", async () => {
    const evidence = new RevocationEvidence();
    const answers = { [list]: makeList({ issuer: root }) };
    const verdicts = await Promise.all([judge(listed, answers, evidence), judge(listed, answers, evidence)]);
    expect(verdicts.map(({ code }) => code)).toEqual(["valid", "valid"]);
    expect((await judge(listed, {}, evidence)).code).toBe("valid");
    expect(asked).toHaveLength(1);
    const failing = new RevocationEvidence();
    for (const at of [testTime, testTime + 59_000, testTime + 60_000]) await judge(listed, {}, failing, { at });
    expect(asked).toHaveLength(3);
  });

  it("keeps what it got where the caller's evidence is, not beside one signature", async () => {
    const lasting = new RevocationEvidence();
    await judge(listed, { [list]: makeList({ issuer: root }) }, new RevocationEvidence({}, lasting));
    expect(lasting.listsOf((await read(root)).subject.comparable)).toHaveLength(1);
  });

  it("takes nothing that is too large, late, refused, signed by somebody else or no list at all", async () => {
    const stranger = makeAuthority({ subject: "Root" });
    const wrong: Record<string, Answer> = {
      large: new Uint8Array(4 * 1024 * 1024 + 1),
      refused: new Response(makeList({ issuer: root }), { status: 404 }),
      "signed by a stranger": makeList({ issuer: stranger }),
      "no list": new TextEncoder().encode("<html>"),
      late: "never",
    };
    for (const [what, answer] of Object.entries(wrong)) {
      const evidence = new RevocationEvidence();
      expect((await judge(listed, { [list]: answer }, evidence, { timeoutMs: 50 })).code, what).toBe(
        "revocation-unknown",
      );
      expect(evidence.listsOf((await read(root)).subject.comparable), what).toEqual([]);
    }
  });

  it("keeps no answer that somebody else signed", async () => {
    const evidence = new RevocationEvidence();
    const forged = makeOcspAnswer({ certificate: both, issuer: root, responder: makeAuthority({ subject: "Root" }) });
    expect((await judge(both, { [responder]: forged }, evidence)).code).toBe("revocation-unknown");
    expect(evidence.answersAbout(await read(both))).toEqual([]);
  });

  it("stops reading an answer that is longer than any list", async () => {
    let isCancelled = false;
    let left = 32;
    const long = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => {
        if (left-- > 0) controller.enqueue(new Uint8Array(1024 * 1024));
        else controller.close();
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    expect((await judge(listed, { [list]: new Response(long) })).code).toBe("revocation-unknown");
    expect(isCancelled).toBe(true);
  });

  it("ends its wait when the caller does", async () => {
    const controller = new AbortController();
    const judging = judge(listed, { [list]: "never" }, undefined, { signal: controller.signal });
    controller.abort();
    await expect(judging).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});

it("asks no address that leads into the caller's own network, unless the caller named it", async () => {
  const refused = [
    "http://localhost/crl",
    "http://127.0.0.1/crl",
    "http://[::1]/crl",
    "http://0x7f000001/crl",
    "http://intranet/crl",
    "http://ca.internal/crl",
    "http://printer.local/crl",
    "http://user:word@crl.example.org/crl",
    "ftp://crl.example.org/crl",
    "ldap://crl.example.org/cn=crl",
    "file:///etc/passwd",
  ];
  for (const address of refused)
    await judge(makeLeaf({ issuer: root, extensions: [listAt(address), ocspAddress(address)] }), {});
  expect(asked).toEqual([]);
  const named = makeLeaf({ issuer: root, extensions: [listAt("http://ca.internal/crl")] });
  const answers = { "http://ca.internal/crl": makeList({ issuer: root }) };
  expect((await judge(named, answers, undefined, { hosts: ["ca.internal"] })).code).toBe("valid");
});

it("asks at most four addresses of a kind", async () => {
  const points = Array.from({ length: 9 }, (_, index) => ({
    fullName: [generalName.uri(`http://crl.example.org/${index}`)],
  }));
  await judge(makeLeaf({ issuer: root, extensions: [crlDistributionPoints(...points)] }), {});
  expect(asked).toHaveLength(4);
});
