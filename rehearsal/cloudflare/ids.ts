import { randomBytes } from "node:crypto";

/** 32 hexadecimal digits: accounts, zones and records have such ids. Drawn by lot, so that none comes back. */
export function hexId(): string {
    return randomBytes(16).toString("hex");
}

export const HEX_ID = /^[0-9a-f]{32}$/;
