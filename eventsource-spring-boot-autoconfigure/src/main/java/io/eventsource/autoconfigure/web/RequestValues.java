package io.eventsource.autoconfigure.web;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.IdGenerator;

/** What of a request may become metadata of events. */
final class RequestValues {

    private static final Logger log = LoggerFactory.getLogger(RequestValues.class);

    /** Ids of gateways, traces and UUIDs; nothing that could break a log line, a header or a page. */
    private static final Pattern CORRELATION = Pattern.compile("[A-Za-z0-9._~:/+=@|-]{1,128}");

    private static final Pattern STORABLE = Pattern.compile("[^\\p{Cc}\\p{Cs}]{1,200}");

    private final IdGenerator ids;

    RequestValues(IdGenerator ids) {
        this.ids = ids;
    }

    /** The given correlation id, or a new one for none and for one that may not be kept. */
    String correlation(@Nullable String given) {
        return given != null && CORRELATION.matcher(given).matches()
                ? given
                : ids.generateId().toString();
    }

    /** Whether events can keep the value; the request is refused otherwise. */
    static boolean storable(String what, @Nullable String value) {
        boolean storable = value == null || STORABLE.matcher(value).matches();
        if (!storable) {
            log.debug("Refusing a request whose {} is empty, too long or holds control characters", what);
        }
        return storable;
    }
}
