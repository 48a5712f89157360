/**
 * What Hetzner Cloud offers, as far as this project runs on it. Source: Hetzner Cloud's server types and locations,
 * autumn 2025; a new one is a word in a list.
 */

/** Shared x86 (CX, CPX), dedicated x86 (CCX) and shared ARM (CAX). */
export const SERVER_TYPES = [
    ...(["cx23", "cx33", "cx43", "cx53"] as const),
    ...(["cpx11", "cpx21", "cpx31", "cpx41", "cpx51"] as const),
    ...(["cpx12", "cpx22", "cpx32", "cpx42", "cpx52", "cpx62"] as const),
    ...(["cax11", "cax21", "cax31", "cax41"] as const),
    ...(["ccx13", "ccx23", "ccx33", "ccx43", "ccx53", "ccx63"] as const),
] as const;
export type ServerType = (typeof SERVER_TYPES)[number];

/** Network zone of each location. */
export const LOCATIONS = {
    fsn1: "eu-central",
    nbg1: "eu-central",
    hel1: "eu-central",
    ash: "us-east",
    hil: "us-west",
    sin: "ap-southeast",
} as const;
export type Location = keyof typeof LOCATIONS;

/** Series that stand in Europe only. */
const EUROPEAN = /^(cx\d|cax)/;

/** Whether a type of server is offered at a location. */
export function isOffered(type: ServerType, location: Location): boolean {
    return LOCATIONS[location] === "eu-central" || !EUROPEAN.test(type);
}

/** Systems that the user data is written for: their own `docker.io` package is kept up to date with all else. */
export const SERVER_IMAGES = ["debian-12", "debian-13"] as const;
export type ServerImage = (typeof SERVER_IMAGES)[number];

/** A volume's size in GB: from, to. Source: Hetzner Cloud's API. */
export const VOLUME_SIZE_GB = { min: 10, max: 10_240 } as const;
