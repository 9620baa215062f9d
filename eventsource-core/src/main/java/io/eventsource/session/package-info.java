/** What kind of sessions the connections to the database lead to: a pooler's, shared ones. */
@NullMarked
package io.eventsource.session;

import org.jspecify.annotations.NullMarked;
