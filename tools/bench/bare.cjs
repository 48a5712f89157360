"use strict";
// The program that a stack is held against: every resource registered bare, in plain JavaScript, with literal inputs.
// The values come from a file, so that no line of a program, which an error might show, holds a secret.
const pulumi = require("@pulumi/pulumi");
const registrations = require("./registrations.json");

const signatureKey = "4dabf18193072939515e22adb298388d";

/** Marks again what was secret. */
function revive(value) {
    if (Array.isArray(value)) {
        return value.map(revive);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (signatureKey in value) {
        return pulumi.secret(revive(value.value));
    }
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, revive(field)]));
}

/** `docker:index/container:Container` is `Container` of @pulumi/docker; the project's own resources have no package. */
function sdkClass(type) {
    const [name, modulePath, className] = type.split(":");
    let sdk;
    try {
        sdk = require(`@pulumi/${name}`);
    } catch (error) {
        if (error.code === "MODULE_NOT_FOUND") {
            return undefined;
        }
        throw error;
    }
    const [moduleName] = modulePath.split("/");
    return (moduleName === "index" ? sdk : sdk[moduleName])[className];
}

const providers = new Map();
const classes = new Map();

for (const { type, name, inputs, options, provider } of registrations) {
    const opts = {
        ...options,
        ...(provider && { provider: providers.get(`${provider.type} ${provider.name}`) }),
    };
    const prefix = "pulumi:providers:";
    if (type.startsWith(prefix)) {
        const made = new pulumi.ProviderResource(type.slice(prefix.length), name, revive(inputs), opts);
        providers.set(`${type} ${name}`, made);
        continue;
    }
    if (!classes.has(type)) {
        classes.set(type, sdkClass(type));
    }
    const Class = classes.get(type);
    if (Class) {
        new Class(name, revive(inputs), opts);
    } else {
        new pulumi.CustomResource(type, name, revive(inputs), opts);
    }
}
