import { crashSuite } from './crash-suite.js';

// A slice; `npm run test:long` runs 60 seeds a shape.
crashSuite([1, 2]);
