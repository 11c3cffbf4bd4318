/** A resolve hook of Node: gives every module of the program the copy of flink-ts that runs it. See `job-loader.ts`. */

import type { InitializeHook, ResolveHook } from 'node:module';

let urls: Readonly<Record<string, string>> = {};

/** Called by Node in the thread of the hooks. @internal */
export const initialize: InitializeHook<Readonly<Record<string, string>>> = (data) => {
  urls = data;
};

/** Called by Node for every import. @internal */
export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  const url = Object.hasOwn(urls, specifier) ? urls[specifier] : undefined;
  return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true };
};
