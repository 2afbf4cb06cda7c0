"""What is around the texts: how a letter opens and ends, and the papers that people join. Data only, read by `texts`.

A paper has files, and either a title and lines (a PDF), a head and a row (a CSV) or neither (a PNG screenshot).
"""

LETTERS = r"""
letters
request [Bonjour,|Madame, Monsieur,|Bonjour Madame, bonjour Monsieur,]\n\n{fact}
    {detail}\n\n{ask}\n\n[Cordialement.|Bien cordialement.|Merci par avance.|Dans l'attente de votre retour,
    cordialement.|Salutations distinguées.]
request Bonjour,\n{fact} {detail}\n{ask}[\nMerci.|\nMerci d'avance, bonne journée.|\nCordialement|]
request {fact} {detail} {ask}[ Merci.| Merci de votre aide.|]
agent Bonjour,\n\n{body}\n\n[Cordialement.|Bien cordialement.|Bonne journée.|Nous restons à votre disposition.]
agent [Bonjour,|Madame, Monsieur,]\n{body}[\nCordialement,|\nBien à vous,|]
requester Bonjour,\n{body}[\nCordialement.|\nMerci.|\nBonne réception.|]
requester {body}[ Merci de votre aide.| Cordialement.|]
reason [Bonjour,\n|]{body}[ Cordialement.||]
transfer La demande relève de l'assistance du portail, [elle n'appelle aucune décision de notre service|nous n'avons
    pas d'outil pour l'instruire].
transfer Le blocage est technique et [se reproduit sur nos postes|ne dépend pas de notre structure] : [seul le support
    peut agir|transmis au support].
"""

PAPERS = """
invoice
file [Facture|facture]_{invoice}.pdf
file {invoice}[ originale| v2|].pdf
title FACTURE {invoice}
line Date de la facture : {date}
line Engagement : {eng}     Code service : {code}
line Désignation : prestation suivant commande {order}
line Net à payer : {amount} TTC
line Paiement à 30 jours, indemnité forfaitaire de recouvrement : 40 €

order
file [Bon de commande|BC signé|bon_de_commande].pdf
file Commande_{order}.pdf
title BON DE COMMANDE {order}
line Date : {date}
line Engagement juridique : {eng}
line Montant maximal : {amount} TTC
line Bon pour accord : {person}

delivery
file [Bon de livraison signé|BL signé|bon-intervention].pdf
file BL_{order}.pdf
title BON DE LIVRAISON
line Commande {order} du {date}
line Livraison complète, sans réserve
line Reçu par : {person} (signature et cachet)

quote
file Devis_{quote}.pdf
file Devis accepté[ {quote}|].pdf
title DEVIS {quote}
line Établi le {date}, valable trois mois
line Fournitures, main-d'œuvre et mise en œuvre : {amount} TTC
line Bon pour accord : {person}

special
file [DC4 signé|Acte spécial de sous-traitance|DC4_notifié].pdf
title ACTE SPÉCIAL DE SOUS-TRAITANCE (DC4)
line Marché {market}
line Montant maximal du paiement direct : {amount}
line Notifié le {date}

minutes
file PV [de réception|de levée des réserves|réception et réserves].pdf
title PROCÈS-VERBAL
line Marché {market}
line Réserves levées en présence du maître d'œuvre
line Fait le {date}

letter
file [Courrier|Accord|Accord écrit] [signé|du dirigeant|scanné].pdf
title ATTESTATION
line Fait pour servir et valoir ce que de droit, le {date}
line Signé : {person}

kbis
file [Kbis|extrait-kbis|Extrait Kbis récent].pdf
title EXTRAIT KBIS (EXEMPLE)
line Immatriculation, SIRET du siège : {siret}
line Délivré le {date}

rib
file [RIB|RIB société|rib_2026].pdf
title RELEVÉ D'IDENTITÉ BANCAIRE
line Titulaire : compte professionnel
line IBAN : FR00 0000 0000 0000 0000 0000 000 (exemple)

debit
file [Avis de débit|Avis d'opération|preuve de virement].pdf
title AVIS DE DÉBIT
line Opération du {date}
line Montant : {small}

memo
file Mémoire_{memo}.pdf
file [Mémoire de frais|Note d'honoraires] {memo}.pdf
title MÉMOIRE DE FRAIS DE JUSTICE {memo}
line Affaire n° {rg}
line Fait le {date}
line Total : {fee}

mission
file [Réquisition|Réquisition signée|Attestation de mission].pdf
title ATTESTATION DE MISSION
line Affaire n° {rg}
line Mission achevée le {date}
line Visa : {person}

order_court
file [Ordonnance|ordonnance de taxe|Ordonnance désignation].pdf
title ORDONNANCE
line Affaire n° {rg}
line Somme taxée : {fee}
line Le {date}

capture
file Capture d'écran[ ({k})| erreur|].png
file [capture|ecran|Écran portail]-{k}.png
file Capture {iso}.png

list
file [Relevé des factures|releve-factures|export_factures].csv
file Factures {k}.csv
head Facture;Date;Montant;Statut
row {invoice};{date};{amount};[Mise à disposition|Mandatée|Mise en paiement|Rejetée]

flows
file [Relevé des flux|suivi_flux|flux {k}].csv
head Flux;Date;Factures;État
row {flow};{date2};{k};[Intégré|Rejeté|En attente|En attente]

journal
file [journal-api|Extrait journal API|appels_{k}].csv
head Date;Flux;Réponse
row {iso};{flow};[200|401|401|403|504]

reckoning
file [Décompte intérêts|calcul-interets|Décompte {invoice}].csv
head Facture;Montant;Jours de retard;Intérêts
row {invoice};{amount};{days};{small}

fuel
file [Relevé des litres|Consommations|releve_quantites].csv
head Véhicule;Litres;Facture
row {plate};{litres};{invoice}

vehicle
file [Véhicules|tableau-vehicules|Liste des véhicules].csv
head Immatriculation;Carburant;Tonnes
row {plate};[Gazole|Gazole|Gazole B7];[7,5|12|19|26|44]
"""
