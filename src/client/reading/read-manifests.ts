import type { JsonObject } from "../../encoding/json-object.js";
import type { FieldAnswer } from "../../matrix/reading/field-answer.js";
import type { RoomReading } from "../../matrix/reading/read-room.js";
import type { IdentityProblem } from "../../model/identity.js";
import { type JudgedManifests, judgeManifests, type ManifestCopy } from "../../model/manifest/judge-manifests.js";
import type { ManifestOwner } from "../../model/manifest/manifest-approval.js";
import type { CachedField, SeenManifest } from "../../model/manifest/seen-manifest.js";

/** What is known about one owner's manifest before their profile is asked. */
export interface KnownCopies {
  readonly owner: ManifestOwner;
  readonly rooms: readonly RoomReading[];
  readonly bundled: readonly JsonObject[];
  /** The profile field as it was a while ago. */
  readonly cached?: CachedField;
  readonly remembered: readonly SeenManifest[];
  /** Whether the profile is asked whatever a room holds: the owner may have left the copy there behind. */
  readonly fresh: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** One owner's manifests, judged, and what the profile said if it was asked. */
export interface ReadManifests {
  readonly judged: JudgedManifests;
  readonly problem?: IdentityProblem;
  /** The profile's answer, where it was asked and gave one. */
  readonly answer?: FieldAnswer;
}

/**
 * Reads one owner's manifests from every place.
 *
 * The profile is asked only where nothing else settles what is current: a copy in a room where the owner can write, or a
 * field of a while ago, against which nothing speaks.
 *
 * @param askProfile gives nothing where nobody can be asked
 */
export async function readManifests(
  known: KnownCopies,
  askProfile: () => Promise<FieldAnswer | undefined>,
): Promise<ReadManifests> {
  const { owner, rooms, cached, remembered, now } = known;
  const judge = (copies: readonly ManifestCopy[]): Promise<JudgedManifests> =>
    judgeManifests({ copies, remembered, owner, now });
  const inRooms = rooms.flatMap((room) => copyInRoom(room, owner.userId));
  const inCache = cached ? [copyInField(cached)] : [];
  const settling = [...inRooms.filter(({ isLive }) => isLive).map(({ copy }) => copy), ...inCache];
  const all = [
    ...inRooms.map(({ copy }) => copy),
    ...known.bundled.map((content): ManifestCopy => ({ place: "bundle", content, ownerIsMember: true })),
  ];
  if (settling.length > 0 && !known.fresh) {
    const judged = await judge(settling);
    const isSettled = cached ? !judged.problems.some(isAboutAge) : judged.isCurrent && judged.problems.length === 0;
    const isAll = settling.length === all.length + inCache.length;
    if (isSettled) return { judged: isAll ? judged : await judge([...all, ...inCache]) };
  }
  const answer = await askProfile();
  const judged = await judge([...all, ...(answer ? copiesIn(answer) : rooms.flatMap((room) => missing(room, owner)))]);
  if (answer?.problem) return { judged, problem: answer.problem };
  return { judged, ...(answer && { answer }) };
}

/** `isLive`: the owner can keep this copy up to date, because they are in a room that was not replaced and may write there. */
function copyInRoom(room: RoomReading, userId: string): { copy: ManifestCopy; isLive: boolean }[] {
  const content = room.manifests.get(userId);
  if (!content) return [];
  const ownerIsMember = isJoined(room, userId);
  const copy: ManifestCopy = { place: "room-state", roomId: room.roomId, content, ownerIsMember };
  const isLive = ownerIsMember && room.replacement === undefined && !room.frozen?.has(userId);
  return [{ copy, isLive }];
}

function copyInField({ field }: FieldAnswer): ManifestCopy {
  return { place: "profile-field", content: field, ownerIsMember: true };
}

/** Of a profile that could not be read nothing is known: nobody rolled it back. */
function copiesIn(answer: FieldAnswer): ManifestCopy[] {
  return answer.problem === "manifest-unavailable" ? [] : [copyInField(answer)];
}

/** Where rooms are all that can be asked, a manifest that is in none of them is gone. */
function missing(room: RoomReading, { userId }: ManifestOwner): ManifestCopy[] {
  if (room.manifests.has(userId) || !isJoined(room, userId)) return [];
  return [{ place: "room-state", roomId: room.roomId, content: undefined, ownerIsMember: true }];
}

function isJoined(room: RoomReading, userId: string): boolean {
  return room.memberships.get(userId) === "join";
}

function isAboutAge(problem: IdentityProblem): boolean {
  return problem === "manifest-rolled-back" || problem === "manifest-outdated-copy";
}
