/** A homeserver that leaves out. To deny is in its power; to undo what the owner took back is not, once it was seen. */
import { beforeEach, describe, expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";

const roomId = "!company:example.org";
let stage: ReadingStage;
let alice: ReadingOwner;

beforeEach(async () => {
  stage = await readingStage();
  alice = await stage.owner();
  const signatures = { [alice.userId]: alice.vouch };
  stage.masterKeys.set(alice.userId, { ...alice.master.object, signatures });
});

/** What the reader makes of the user now, the cache being over. */
const assess = () => {
  stage.now += 700_000;
  return stage.assess(alice.userId, { rooms: [roomId] });
};

it("that leaves out every vouch leaves the user unproven", async () => {
  stage.room(roomId, new Map());
  stage.masterKeys.set(alice.userId, alice.master.object);
  expect((await assess()).level).toBe("unproven");
});

describe("after the reader saw a withdrawal", () => {
  beforeEach(async () => {
    const manifest = await alice.approved({ external: {}, withdrawn: [{ key: stage.companyHash }] });
    stage.fields.set(alice.userId, manifest);
    stage.room(roomId, new Map([[alice.userId, manifest]]));
    expect((await assess()).level).toBe("rejected");
  });

  const stripped: [string, () => Promise<void>, string][] = [
    [
      "the field and the event",
      async () => {
        stage.fields.delete(alice.userId);
        stage.room(roomId, new Map(), [alice.userId]);
      },
      "manifest-rolled-back",
    ],
    [
      "what they say",
      async () => {
        stage.fields.set(alice.userId, {});
        stage.room(roomId, new Map([[alice.userId, {}]]));
      },
      "manifest-rolled-back",
    ],
    ["the field and the room", async () => leaveOut(), "room-unavailable"],
    [
      "the withdrawal",
      async () => {
        const { withdrawn: _withdrawn, ...rest } = stage.fields.get(alice.userId) as object & { withdrawn: unknown };
        serve(rest);
      },
      "manifest-dropped",
    ],
    [
      "withdrawal and approval",
      async () => serve({ ...(stage.fields.get(alice.userId) as object), withdrawn: [], signatures: undefined }),
      "manifest-dropped",
    ],
    [
      "the self-signing key and the manifest",
      async () => serve({}, () => stage.selfSigningKeys.clear()),
      "manifest-rolled-back",
    ],
    [
      "the self-signing key and the withdrawal",
      async () => serve(alice.manifest({ withdrawn: [] }), () => stage.selfSigningKeys.clear()),
      "manifest-rolled-back",
    ],
    [
      "the owner's self-signing key for one of its own, and the manifest",
      async () => {
        const other = await makeCrossSigningKey(alice.userId, "self_signing");
        serve({}, () => stage.selfSigningKeys.set(alice.userId, other.object));
      },
      "manifest-rolled-back",
    ],
  ];
  const serve = (copy: object, and = () => {}): void => {
    const text = JSON.parse(JSON.stringify(copy));
    stage.fields.set(alice.userId, text);
    stage.room(roomId, new Map([[alice.userId, text]]));
    and();
  };
  const leaveOut = (): void => {
    stage.fields.delete(alice.userId);
    stage.rooms.delete(roomId);
  };

  it.each(stripped)("it goes on counting for one that leaves out %s", async (_what, strip, problem) => {
    await strip();
    const assessment = await assess();
    expect(assessment.level).toBe("rejected");
    expect(assessment.problems).toContain(problem);
  });
});
