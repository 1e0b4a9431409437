import { expect, it } from "vitest";
import { editTrust } from "../../src/model/trust-settings/edit-trust.js";
import { mergeTrust } from "../../src/model/trust-settings/merge-trust.js";
import { resolveTrust } from "../../src/model/trust-settings/resolve-trust.js";
import { emptyTrust } from "../../src/model/trust-settings/trust-document.js";
import { levelOf, plainReport, serverAnchor } from "../support/plain-report.js";

const [own, other] = ["A".repeat(40), "B".repeat(40)];
const anchor = (servers: string[]) => serverAnchor("own", own, { scope: { servers }, exclusive: true });
const others = serverAnchor("other", other);

it("while two devices differ about whose an exclusive anchor is, no other anchor speaks for the users of either", async () => {
  const settings = (servers: string[]) => ({ version: 1 as const, anchors: [others, anchor(servers)] });
  const begin = editTrust(emptyTrust, settings(["example.net"]), { replica: "begin", at: 0 });
  const first = editTrust(begin, settings(["example.net", "example.org"]), { replica: "first", at: 1 });
  const second = editTrust(begin, settings(["example.com"]), { replica: "second", at: 1 });
  const { settings: both, conflicts } = resolveTrust(mergeTrust(first, second));
  expect(conflicts.map(({ entry }) => entry)).toEqual(["anchor:own"]);
  expect(await levelOf([plainReport(other)], [others])).toBe("trusted");
  expect(await levelOf([plainReport(other)], both.anchors)).toBe("unproven");
  expect(await levelOf([plainReport(own)], both.anchors)).toBe("unproven");
  const settled = editTrust(mergeTrust(first, second), settings(["example.net"]), { replica: "third", at: 2 });
  expect(resolveTrust(settled)).toMatchObject({ conflicts: [], settings: settings(["example.net"]) });
});
