package io.eventsource.log;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to end a transaction that held back the log, as it stands in {@code log_interventions}.
 *
 * @param id the row's key
 * @param writer the transaction as the operator saw it
 * @param operator who wanted it ended
 * @param reason why
 * @param outcome what came of it
 * @param error what the database said when it failed, null otherwise
 */
public record LogIntervention(
        long id, LogWriter writer, String operator, String reason, Outcome outcome, @Nullable String error) {

    /** What came of an intervention. */
    public enum Outcome {
        /** It is over: its positions are dead, its events are not there. */
        ENDED,
        /** Its session was told to end and had not done so 5 seconds later; it will when the server process can. */
        SIGNALLED,
        /** There was no such transaction any more; nobody was touched. */
        GONE,
        /** The database refused, or was lost: then look whether it is over. */
        FAILED;

        String stored() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
