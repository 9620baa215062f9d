/** What the guarantees assume of the server, the sequence, the tables and the roles: asked in one place, and said by name. */
@NullMarked
package io.eventsource.ground;

import org.jspecify.annotations.NullMarked;
