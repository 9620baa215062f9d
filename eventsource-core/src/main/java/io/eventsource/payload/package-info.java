/**
 * Events and states as JSON: what writes and reads them, and the proof, before anything is stored, that they can be read back
 * equal.
 */
@NullMarked
package io.eventsource.payload;

import org.jspecify.annotations.NullMarked;
