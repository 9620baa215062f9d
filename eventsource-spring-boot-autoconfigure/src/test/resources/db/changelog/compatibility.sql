--liquibase formatted sql

--changeset compatibility:1
CREATE TABLE notes (id uuid PRIMARY KEY, text varchar(200) NOT NULL);
