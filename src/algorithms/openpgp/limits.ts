/** Every bound on what strangers hand in, checked before the parsing that it protects. */

/** A signature's value: UTF-16 units of its text. Ten RSA-4096 signatures in armor stay far below. */
export const maxValueLength: number = 96 * 1024;
/** A signature's value: bytes once decoded. */
export const maxValueBytes: number = 64 * 1024;
/** Packets in one value, whatever they are. */
export const maxValuePackets = 64;
/** Signature packets in one value. */
export const maxValueSignatures = 16;
/** Keys of the named certificate that a signature without any word about its issuer is tried with. */
export const maxIssuerCandidates = 8;

/** A certificate from a resolver, a key ID or a signing tool: bytes once decoded. */
export const maxCertificateBytes: number = 1024 * 1024;
/** A keyring that the caller imports: bytes once decoded. */
export const maxKeyringBytes: number = 64 * 1024 * 1024;
/** Packets of one keyring. */
export const maxKeyringPackets = 2_000_000;
/** Armored blocks in one keyring. */
export const maxKeyringBlocks = 10_000;
/** Armored blocks in a value, in a resolver's answer or in a signing tool's output. */
export const maxBlocks = 16;
/** Packets of one certificate, other people's certifications included. */
export const maxCertificatePackets = 20_000;
/** Different signatures that a certificate makes on itself; other people's are dropped before. */
export const maxOwnSignatures = 512;
/** The same by a key that openpgp computes with in JavaScript, or a very long one: tens of milliseconds a signature. */
export const maxOwnSignaturesOfSlowKeys = 96;
/** Bindings of a subkey of that kind. */
export const maxBindingsOfSlowKeys = 16;
/** Different revocations of one primary key; with more it is not known whether the true one is among them. */
export const maxRevocations = 64;
/** What one key may have said about one user ID of another; with more it is not known what it says now. */
export const maxStatements = 256;
/** The same by a key that openpgp computes with in JavaScript, or a very long one. */
export const maxStatementsOfSlowKeys = 16;
/** Other people's certifications and revocations of certifications of one certificate; with more, nobody's count. */
export const maxCertifications = 20_000;
/** User IDs with a signature of the certificate itself. */
export const maxUserIds = 128;
/** Subkeys with a signature of the certificate itself. */
export const maxSubkeys = 64;
/** Back-signatures looked at in one copy of a binding, and in all copies together. */
export const maxBackSignatures = 4;
export const maxMergedBackSignatures = 8;
