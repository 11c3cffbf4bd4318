/** The types of namespaces: what state is kept under besides its key. Windows are namespaces; most state has none. */

import type { GlobalWindow, TimeWindow } from '../common/windows.js';
import {
  globalWindowSerializer,
  timeWindowSerializer,
  voidNamespaceSerializer,
} from './serializers/window-serializers.js';
import type { Type } from './type.js';

/** The namespace type of state that has no namespaces. @internal */
export const VOID_NAMESPACE: Type<null> = { name: 'VOID', serializer: voidNamespaceSerializer, mapKey: () => 0 };

/** The namespace type of time windows. @internal */
export const TIME_WINDOW: Type<TimeWindow> = {
  name: 'TIME_WINDOW',
  serializer: timeWindowSerializer,
  mapKey: (window) => `${window.start},${window.end}`,
};

/** The namespace type of the global window. @internal */
export const GLOBAL_WINDOW: Type<GlobalWindow> = {
  name: 'GLOBAL_WINDOW',
  serializer: globalWindowSerializer,
  mapKey: () => 0,
};
