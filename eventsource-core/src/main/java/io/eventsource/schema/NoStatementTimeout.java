package io.eventsource.schema;

import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Lets a migration take as long as it needs, whatever the limit of the pool's statements is. Holds for the migration's
 * transaction, so that the connection goes back to its pool as it came.
 */
final class NoStatementTimeout extends BaseCallback {

    private static final String LIFT = "SET LOCAL statement_timeout = 0";

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute(LIFT);
        } catch (SQLException failure) {
            throw new FlywayException("Cannot lift the statement timeout before a migration", failure);
        }
    }
}
