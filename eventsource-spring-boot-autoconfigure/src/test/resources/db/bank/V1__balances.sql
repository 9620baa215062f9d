CREATE TABLE balances (
    account uuid PRIMARY KEY,
    owner   text    NOT NULL,
    balance integer NOT NULL
);
