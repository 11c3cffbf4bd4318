import { crashSuite } from './crash-suite.js';

const first = Number(process.env['CRASH_SEED'] ?? 1000);
const count = Number(process.env['CRASH_SEEDS'] ?? 60);

crashSuite(Array.from({ length: count }, (_, i) => first + i));
