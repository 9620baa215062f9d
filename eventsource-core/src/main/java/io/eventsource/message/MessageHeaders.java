package io.eventsource.message;

import java.util.Set;

/**
 * Names of message headers that have a meaning here, and how CloudEvents carries a header. A name of up to 20 lower-case
 * letters and digits travels as a CloudEvents extension, every other as a plain header of the broker, where it has such. Those of metadata have the
 * names of {@link io.eventsource.event.EventMetadata.Field#header()}.
 */
public final class MessageHeaders {

    /** The aggregate's type. */
    public static final String AGGREGATE_TYPE = "aggregatetype";

    /** The event's version in its stream, a decimal number. */
    public static final String AGGREGATE_VERSION = "aggregateversion";

    /** The revision of the payload's shape under the message's type, a decimal number; 1 where it is missing. */
    public static final String REVISION = "dataversion";

    /** The event's position in the log of the service that sent it, a decimal number. */
    public static final String POSITION = "sequence";

    /** The trace that a message belongs to, as W3C Trace Context writes it. */
    public static final String TRACE_PARENT = "traceparent";

    /** What further belongs to the trace, as W3C Trace Context writes it. */
    public static final String TRACE_STATE = "tracestate";

    private static final int MAX_EXTENSION_LENGTH = 20;

    private static final Set<String> ATTRIBUTES =
            Set.of("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data");

    private MessageHeaders() {}

    /**
     * Whether CloudEvents can carry a header as an extension.
     *
     * @param name the header's name
     * @return whether it has an extension's form and is no attribute of CloudEvents itself
     */
    public static boolean isExtension(String name) {
        int length = name.length();
        if (length == 0 || length > MAX_EXTENSION_LENGTH) {
            return false;
        }
        // without a stream, since this is asked for every header of every message
        for (int i = 0; i < length; i++) {
            if (!isLetterOrDigit(name.charAt(i))) {
                return false;
            }
        }
        return !ATTRIBUTES.contains(name);
    }

    private static boolean isLetterOrDigit(char character) {
        return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
    }

    /**
     * Whether a header names the trace, which is carried as a plain header too, where instrumentation looks for it.
     *
     * @param name the header's name
     * @return whether it is one of W3C Trace Context
     */
    public static boolean isTrace(String name) {
        return name.equals(TRACE_PARENT) || name.equals(TRACE_STATE);
    }
}
