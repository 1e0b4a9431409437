/** The room versions that this server knows, and what differs between them for its clients. */

/** `10` stands for all before 12. */
export type RoomVersion = "10" | "12";

/** Every version, as `/capabilities` names them. */
export const roomVersions: readonly RoomVersion[] = ["10", "12"];

/** Whether the text names a version. */
export const isRoomVersion = (text: string): text is RoomVersion => roomVersions.some((version) => version === text);

/**
 * Whether a room's creators stand above all power levels, in which they must not appear; such a room's ID carries no
 * server name.
 */
export const hasPrivilegedCreators = (version: RoomVersion): boolean => version === "12";
